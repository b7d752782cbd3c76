import { byName } from '../by-name.ts';
import { VarintWriter } from '../varint.ts';

/** What a section with classes has beside its other streams, in the order of the format. */
export const classStreamNames = [
  'classes',
  'constantLiterals',
  'constantSeeks',
  'constantRuns',
  'constantTags',
  'constantIndexes',
  'constantNumbers',
  'bootstraps',
  'edits',
  'textLengths',
  'texts',
] as const;

export type ClassStreamName = (typeof classStreamNames)[number];

export type ClassStreams = Readonly<Record<ClassStreamName, Uint8Array>>;

export type ClassStreamWriters = Readonly<Record<ClassStreamName, VarintWriter>>;

export function openClassWriters(): ClassStreamWriters {
  return eachClassStream(() => new VarintWriter());
}

export function eachClassStream<T>(make: (name: ClassStreamName) => T): Readonly<Record<ClassStreamName, T>> {
  return byName(classStreamNames, make);
}
