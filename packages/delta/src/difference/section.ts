import { classStreamNames } from '../class/class-streams.ts';
import { unitStreamNames } from '../class/unit-streams.ts';
import { earlyPlaces, type MixableStreams } from '../mixing/section-mixer.ts';
import { programStreamNames } from '../native/programs.ts';
import { VarintReader, VarintWriter } from '../varint.ts';
import { deltaInvalid } from './delta-invalid.ts';
import { earlyApart, type PackedStreams, readLengths, type StreamLengths, writeLengths } from './packing.ts';
import { type DifferenceForm, differenceForms, streamNames } from './streams.ts';

/** Most bytes of a section's base, and of what it makes: this bounds what a reader needs, whatever it reads. */
export const sectionLimit = 64 << 20;

/** A header has some 20 numbers. */
export const headerLimit = 256;

/**
 * What is done to base and new bytes before they are compared, and undone afterwards. A closed list: the position is the id, an id is
 * never given anew, and a reader refuses those it does not know. `none` compares the bytes as they are; `class` levels class files; `native` predicts
 * the references of native code; `both` does the one and, in what is levelled, the other; `units` takes class files out, and says them by their units.
 */
export const transforms = ['none', 'class', 'native', 'both', 'units'] as const;

export type Transform = (typeof transforms)[number];

export function levelsClasses(transform: Transform): boolean {
  return transform === 'class' || transform === 'both';
}

export function predictsReferences(transform: Transform): boolean {
  return transform === 'native' || transform === 'both';
}

/** The streams of a section with this transform, in their order. */
export const transformStreams = {
  none: streamNames,
  class: [...streamNames, ...classStreamNames],
  native: [...streamNames, ...programStreamNames],
  both: [...streamNames, ...classStreamNames, ...programStreamNames],
  units: [...streamNames, ...unitStreamNames],
} as const satisfies Record<Transform, readonly string[]>;

/** What a mixer has to know of the streams of a section. */
export function mixableStreams(
  transform: Transform,
  form: DifferenceForm,
  streams: readonly Uint8Array[],
  mixed: ReadonlySet<number>,
): MixableStreams {
  const names = transformStreams[transform];
  const lengths = streams.map(({ length }) => length);
  const early = earlyApart(lengths, mixed, earlyPlaces(names, mixed));
  return { names, streams, own: streamNames.length, isJoined: form === 'joined', mixed, early };
}

export interface SectionHeader {
  readonly transform: Transform;
  readonly form: DifferenceForm;
  readonly newLength: number;
  readonly baseLength: number;
  readonly streams: StreamLengths;
}

export function encodeSectionHeader(
  header: Omit<SectionHeader, 'streams'>,
  streams: PackedStreams,
): Uint8Array {
  const writer = new VarintWriter();
  writer.add(transforms.indexOf(header.transform));
  writer.add(formsOf(header.form, streams.mixed));
  writer.add(header.newLength);
  writer.add(header.baseLength);
  writeLengths(writer, streams);
  return writer.bytes();
}

/** @throws DELTA_INVALID */
export function decodeSectionHeader(bytes: Uint8Array): SectionHeader {
  const reader = new VarintReader(bytes, 'numbers of a header', deltaInvalid);
  const transform = known(transforms, reader.next(), 'transform');
  const names = transformStreams[transform];
  const { form, mixed } = readForms(reader.next(), names.length);
  const newLength = limited(reader.next(), 'new bytes');
  const baseLength = limited(reader.next(), 'bytes of a base');
  if (newLength === 0) throw deltaInvalid('a section that makes nothing');
  const streams = readLengths(reader, names.length, mixed, streamLimit(newLength), earlyPlaces(names, mixed));
  reader.end();
  return { transform, form, newLength, baseLength, streams };
}

/** The form of the differences is bit 0, and bit n says that stream n is mixed; the first one, which says where the base is, never is. */
function formsOf(form: DifferenceForm, mixed: ReadonlySet<number>): number {
  return [...mixed].reduce((bits, place) => bits | (1 << place), differenceForms.indexOf(form));
}

function readForms(bits: number, count: number) {
  if (bits >= 2 ** count)
    throw deltaInvalid(`its forms ${bits} are not known; a newer block-pack may have made it`);
  const places = Array.from({ length: count }, (_, place) => place).slice(1);
  return {
    form: known(differenceForms, bits & 1, 'form of differences'),
    mixed: new Set(places.filter((place) => ((bits >>> place) & 1) === 1)),
  };
}

/** What the streams of a section may have together. Their sum is near the new bytes at worst, for what is all literal. */
export function streamLimit(newLength: number): number {
  return 2 * newLength + (1 << 20);
}

function limited(length: number, what: string): number {
  if (length <= sectionLimit) return length;
  throw deltaInvalid(`a section has ${length} ${what}, more than ${sectionLimit}`);
}

function known<T>(list: readonly T[], id: number, what: string): T {
  const found = list[id];
  if (found !== undefined) return found;
  throw deltaInvalid(`its ${what} ${id} is not known; a newer block-pack may have made it`);
}
