import { refuse } from './refuse';

/** Kinds of values, in the order of the format: packages/delta/src/class/typed-streams.ts says what each of them holds. */
export enum Stream {
  skipped,
  others,
  versions,
  constantCounts,
  constantTags,
  textChoices,
  knownTexts,
  texts,
  constantNumbers,
  classNames,
  stringTexts,
  partNames,
  partTypes,
  fieldOwners,
  fieldParts,
  methodOwners,
  methodParts,
  handleKinds,
  handleMembers,
  callBootstraps,
  callParts,
  otherTexts,
  counts,
  parameterCounts,
  attributeCounts,
  handlerCounts,
  lineCounts,
  variableCounts,
  frameCounts,
  flags,
  ownTypes,
  members,
  attributeNames,
  attributeLengths,
  opaque,
  attributeTexts,
  attributeValues,
  stacks,
  codeLengths,
  opcodes,
  operands,
  wideOperands,
  variables,
  jumps,
  switches,
  loads,
  fields,
  methods,
  interfaceMethods,
  interfaceCounts,
  calls,
  types,
  handlers,
  handlerTypes,
  linePlaces,
  lines,
  variablePlaces,
  variableEnds,
  variableNames,
  variableTypes,
  variableSlots,
  frames,
  framePlaces,
  verifiedCounts,
  verified,
  verifiedTypes,
  annotationTypes,
  annotationNames,
  annotationTags,
  annotationTexts,
  annotationValues,
  annotationTargets,
  innerTypes,
  innerNames,
  outerParts,
  bootstraps,
  bootstrapValues,
  modules,
}

const streamCount: u32 = Stream.modules + 1;

/** By stream: where what is left of it begins, and where it ends; 32 bits each. */
const places = memory.data(8 * 78, 8);

/** @see packages/delta/src/varint.ts */
const longest: i32 = 8;
const largest: u64 = 0x1fffffffffffff;

export function openStream(stream: Stream, start: usize, length: u32): void {
  store<u32>(placeOf(stream), start);
  store<u32>(placeOf(stream), start + length, 4);
}

function placeOf(stream: Stream): usize {
  return places + 8 * <usize>stream;
}

/** Where what is left of a stream begins. */
export function startOf(stream: Stream): usize {
  return load<u32>(placeOf(stream));
}

export function endOf(stream: Stream): usize {
  return load<u32>(placeOf(stream), 4);
}

/** Takes what stands before a place as read. */
export function readTo(stream: Stream, at: usize): void {
  store<u32>(placeOf(stream), at);
}

/** Passes so many bytes, and returns where they stand. */
export function take(stream: Stream, length: u32): usize {
  const start = startOf(stream);
  if (length > <u32>(endOf(stream) - start)) refuse();
  readTo(stream, start + length);
  return start;
}

/**
 * Without a look at the stream's end, of which there would be hundreds of millions: what stands behind it is memory of the program, and `endStreams`
 * refuses a section that read it.
 */
export function nextByte(stream: Stream): u32 {
  const at = startOf(stream);
  readTo(stream, at + 1);
  return load<u8>(at);
}

/** As {@link nextByte}. */
export function next(stream: Stream): u64 {
  const first = nextByte(stream);
  return first < 0x80 ? first : nextLong(stream, first & 0x7f);
}

function nextLong(stream: Stream, first: u64): u64 {
  let value = first;
  for (let i = 1; i < longest; i++) {
    const byte: u64 = nextByte(stream);
    value |= (byte & 0x7f) << (7 * i);
    if (byte >= 0x80) continue;
    if (value > largest) refuse();
    return value;
  }
  refuse();
  return 0;
}

export function nextUpTo(most: u32, stream: Stream): u32 {
  const value = next(stream);
  if (value > most) refuse();
  return <u32>value;
}

/** 0, 1, 2, 3, ... as 0, -1, 1, -2, ... */
export function nextSigned(stream: Stream): i64 {
  const value = next(stream);
  return <i64>(value >> 1) ^ -(<i64>(value & 1));
}

/** Refuses streams of which something is left, or more than all was read. */
export function endStreams(): void {
  for (let stream: u32 = 0; stream < streamCount; stream++) if (startOf(stream) !== endOf(stream)) refuse();
}
