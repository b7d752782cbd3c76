import { kinds, type TypedStreamName, typedStreamNames } from '../class/typed-streams.ts';

/** Values of class files that are predicted alike: each sort is one kind of bytes to the mixer. The position is the id. */
const sorts: readonly (readonly TypedStreamName[])[] = [
  ['opcodes'],
  ['operands', 'variables'],
  ['wideOperands', 'jumps', 'switches'],
  [
    'counts',
    'parameterCounts',
    'attributeCounts',
    'handlerCounts',
    'lineCounts',
    'variableCounts',
    'frameCounts',
    'interfaceCounts',
    'variableSlots',
    'verifiedCounts',
  ],
  ['constantNumbers', 'flags', 'stacks', 'codeLengths'],
  ['handlers', 'linePlaces', 'variablePlaces', 'variableEnds', 'framePlaces'],
  ['lines'],
  ['handleKinds', 'frames', 'verified', 'annotationTags', 'annotationTargets'],
  ['callBootstraps', 'attributeLengths', 'opaque'],
  ['attributeNames'],
  ['members'],
  ['methods', 'interfaceMethods'],
  ['loads', 'fields'],
  ['ownTypes', 'types', 'handlerTypes', 'verifiedTypes', 'innerTypes'],
  [
    'classNames',
    'stringTexts',
    'partNames',
    'partTypes',
    'fieldOwners',
    'fieldParts',
    'methodOwners',
    'methodParts',
    'handleMembers',
    'callParts',
    'otherTexts',
  ],
];

/** All other constants are of one more. */
export const sortCount = sorts.length + 1;

const sortOfKind = new Uint8Array(typedStreamNames.length).fill(sorts.length);
for (const [sort, names] of sorts.entries()) for (const name of names) sortOfKind[kinds[name]] = sort;

/** @param kind of a value */
export function sortOf(kind: number): number {
  return sortOfKind[kind] as number;
}
