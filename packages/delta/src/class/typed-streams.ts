import { byName } from '../by-name.ts';

/** Which constants a number of a class file may mean, by their tags. */
export const constantGroups = {
  texts: [1],
  types: [7],
  fields: [9],
  methods: [10, 11],
  parts: [12],
  handles: [15],
  calls: [17, 18],
  values: [3, 4, 5, 6, 7, 8, 15, 16, 17],
  all: [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 16, 17, 18, 19, 20],
} as const;

export type ConstantGroup = keyof typeof constantGroups;

/** What numbers of a stream are: plain ones, differences of either sign, bytes, or constants of a group. */
type StreamContent = 'bytes' | 'numbers' | 'differences' | ConstantGroup;

/**
 * What contents are made of whose class files are taken apart, by what it means: each kind has a stream of its own, in the order of the
 * format. `others` are all bytes of no class file, and `skipped` says how many of them stand before each.
 */
const streams = {
  skipped: 'numbers',
  others: 'bytes',
  versions: 'bytes',
  constantCounts: 'numbers',
  constantTags: 'bytes',
  textChoices: 'bytes',
  knownTexts: 'numbers',
  texts: 'bytes',
  constantNumbers: 'bytes',
  classNames: 'texts',
  stringTexts: 'texts',
  partNames: 'texts',
  partTypes: 'texts',
  fieldOwners: 'types',
  fieldParts: 'parts',
  methodOwners: 'types',
  methodParts: 'parts',
  handleKinds: 'bytes',
  handleMembers: 'all',
  callBootstraps: 'numbers',
  callParts: 'parts',
  otherTexts: 'texts',
  counts: 'numbers',
  parameterCounts: 'bytes',
  attributeCounts: 'numbers',
  handlerCounts: 'numbers',
  lineCounts: 'numbers',
  variableCounts: 'numbers',
  frameCounts: 'numbers',
  flags: 'numbers',
  ownTypes: 'types',
  members: 'texts',
  attributeNames: 'numbers',
  attributeLengths: 'numbers',
  opaque: 'bytes',
  attributeTexts: 'texts',
  attributeValues: 'values',
  stacks: 'numbers',
  codeLengths: 'numbers',
  opcodes: 'bytes',
  operands: 'bytes',
  wideOperands: 'numbers',
  variables: 'bytes',
  jumps: 'numbers',
  switches: 'numbers',
  loads: 'values',
  fields: 'fields',
  methods: 'methods',
  interfaceMethods: 'methods',
  interfaceCounts: 'numbers',
  calls: 'calls',
  types: 'types',
  handlers: 'differences',
  handlerTypes: 'types',
  linePlaces: 'differences',
  lines: 'differences',
  variablePlaces: 'differences',
  variableEnds: 'numbers',
  variableNames: 'texts',
  variableTypes: 'texts',
  variableSlots: 'numbers',
  frames: 'bytes',
  framePlaces: 'numbers',
  verifiedCounts: 'numbers',
  verified: 'bytes',
  verifiedTypes: 'types',
  annotationTypes: 'texts',
  annotationNames: 'texts',
  annotationTags: 'bytes',
  annotationTexts: 'texts',
  annotationValues: 'values',
  annotationTargets: 'bytes',
  innerTypes: 'types',
  innerNames: 'texts',
  outerParts: 'parts',
  bootstraps: 'handles',
  bootstrapValues: 'values',
  modules: 'all',
} as const satisfies Record<string, StreamContent>;

export type TypedStreamName = keyof typeof streams;

export const typedStreamNames = Object.keys(streams) as readonly TypedStreamName[];

/** A place in the list of streams. */
export type StreamKind = number;

export const kinds: Readonly<Record<TypedStreamName, StreamKind>> = byName(typedStreamNames, (_, at) => at);

const areBytes = Uint8Array.from(typedStreamNames, (name) => (streams[name] === 'bytes' ? 1 : 0));

/** Whether values of a kind are bytes in their stream, whatever they are. */
export function isByteKind(kind: StreamKind): boolean {
  return areBytes[kind] === 1;
}

const groupNames = Object.keys(constantGroups) as readonly ConstantGroup[];

const groups: readonly (ConstantGroup | undefined)[] = typedStreamNames.map((name) =>
  groupNames.find((group) => group === streams[name]),
);

/** The group of the constants that the numbers of a stream mean; of the names of attributes those that a class file has. */
export function groupOf(kind: StreamKind): ConstantGroup {
  const group = constantGroupOf(kind);
  if (group === undefined) throw new RangeError(`${typedStreamNames[kind]} are no constants`);
  return group;
}

function constantGroupOf(kind: StreamKind): ConstantGroup | undefined {
  return kind === kinds.attributeNames ? 'texts' : groups[kind];
}

const areConstants = Uint8Array.from(typedStreamNames, (_, kind) =>
  constantGroupOf(kind) === undefined ? 0 : 1,
);

/** Whether values of a kind are constants. */
export function isConstantKind(kind: StreamKind): boolean {
  return areConstants[kind] === 1;
}

/** Bytes that values of a kind have in class files, but `loads` of one byte, and jumps and lengths of four. */
export function bytesOfKind(kind: StreamKind): number {
  return widths[kind] as number;
}

const ofOneByte: readonly TypedStreamName[] = [
  'parameterCounts',
  'opcodes',
  'operands',
  'variables',
  'frames',
  'verified',
  'annotationTags',
  'annotationTargets',
  'opaque',
];

const widths = Uint8Array.from(typedStreamNames, (name) => (ofOneByte.includes(name) ? 1 : 2));

/** By tag the streams of the indexes that a constant holds. */
export const partKinds: Readonly<Record<number, readonly StreamKind[]>> = {
  7: [kinds.classNames],
  8: [kinds.stringTexts],
  9: [kinds.fieldOwners, kinds.fieldParts],
  10: [kinds.methodOwners, kinds.methodParts],
  11: [kinds.methodOwners, kinds.methodParts],
  12: [kinds.partNames, kinds.partTypes],
  15: [kinds.handleMembers],
  16: [kinds.otherTexts],
  17: [kinds.callParts],
  18: [kinds.callParts],
  19: [kinds.otherTexts],
  20: [kinds.otherTexts],
};
