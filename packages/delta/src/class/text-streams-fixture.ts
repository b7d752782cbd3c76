import { VarintWriter } from '../varint.ts';
import { kinds, type StreamKind, typedStreamNames } from './typed-streams.ts';

/** A text of a class file: who has the same number, is the same. And the stream in which it is named, if it is. */
export interface ToldText {
  readonly text: number;
  readonly use: StreamKind;
}

/** By use: the constant that names a text so. */
const tags = new Map<StreamKind, number>([
  [kinds.classNames, 7],
  [kinds.stringTexts, 8],
  [kinds.partNames, 12],
  [kinds.otherTexts, 16],
]);

export const textUses: readonly StreamKind[] = [0, ...tags.keys()];

/** The streams of class files that have nothing but texts and constants that name them. */
export function textStreams(classes: readonly (readonly ToldText[])[]): Uint8Array[] {
  const writers = typedStreamNames.map(() => new VarintWriter());
  const to = (kind: StreamKind) => writers[kind] as VarintWriter;
  const numbers = new Map<number, number>();
  const followers = new Map<number, number>();
  let last = -1;
  for (const texts of classes) {
    to(kinds.constantCounts).add(1 + texts.length + texts.filter(({ use }) => use > 0).length);
    for (const [rank, { text, use }] of texts.entries()) {
      to(kinds.constantTags).addByte(1);
      if (use > 0) to(kinds.constantTags).addByte(tags.get(use) as number);
      if (use > 0) to(use).add(rank + 2);
      if (use === kinds.partNames) to(kinds.partTypes).add(rank + 2);
      const number = numbers.get(text);
      if (number === undefined) numbers.set(text, numbers.size);
      const choice = number === undefined ? 0 : followers.get(last) === text ? 1 : 2;
      to(kinds.textChoices).addByte(choice);
      if (choice === 2) to(kinds.knownTexts).add(number as number);
      followers.set(last, text);
      last = text;
    }
  }
  return writers.map((writer) => writer.bytes());
}

/** A few thousand texts, of which some follow each other more often than others. */
export function manyTexts(classes: number): ToldText[][] {
  let state = 1;
  const next = (most: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
  return Array.from({ length: classes }, (_, at) =>
    Array.from({ length: 60 }, (_, place) => {
      const text = next(4) === 0 ? next(50 * classes) : 13 * next(20) + place;
      return { text: next(3) === 0 ? at + place : text, use: textUses[text % textUses.length] ?? 0 };
    }),
  );
}
