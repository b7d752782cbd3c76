import type { LockEvidence } from './lock-evidence.ts';
import { lockInvalid } from './lock-invalid.ts';
import { readPipfileLock } from './pipfile-lock.ts';
import { readRequirements } from './requirements.ts';
import { readToml } from './toml.ts';
import { readPdmLock, readPoetryLock, readPylock, readUvLock } from './toml-locks.ts';

/** Real ones have less than 5 MB. */
const lockLimit = 64 << 20;

/**
 * Recognises a lock file by its content.
 * @param name the file's, for messages
 * @throws EVIDENCE_INVALID saying which kinds are understood
 */
export function readLock(text: string, name: string): LockEvidence {
  if (text.length > lockLimit) throw lockInvalid(name, `it has more than ${lockLimit} characters`);
  const plain = text.replace(/^\uFEFF/, '');
  const evidence = plain.trimStart().startsWith('{')
    ? readPipfileLock(plain, name)
    : (readRequirements(plain, name) ?? readTomlLock(plain, name));
  if (evidence !== undefined) return evidence;
  throw lockInvalid(name, 'it is no list of locked distributions');
}

function readTomlLock(text: string, name: string): LockEvidence | undefined {
  const document = readToml(text, name);
  return (
    readPylock(document, name) ??
    readPoetryLock(text, document, name) ??
    readPdmLock(document, name) ??
    readUvLock(document, name)
  );
}
