export type { BytecodeCompiler, OpenCompiler } from './bytecode.ts';
export type { LockEvidence, LockedFile, LockedPackage, LockSource } from './locks/lock-evidence.ts';
export { readLock } from './locks/read-lock.ts';
export { metadataLicenses } from './metadata.ts';
export type { PythonOptions } from './packer.ts';
export { createPythonPacker } from './packer.ts';
export type { BytecodePart, DistributionPart, PythonPart, PythonPlacement, WheelFile } from './placement.ts';
export type { RecordLine } from './record.ts';
export type { OpenWheel } from './wheel.ts';
