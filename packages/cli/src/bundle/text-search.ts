import { collect, type Digest, documentLimit } from '@block-pack/core';
import type { Held } from './held.ts';
import type { StepSearch } from './plan-steps.ts';

/** What travels as it stands in an image: an import manifest, or one of the documents that images are made of. */
export interface Text {
  /** Of the import manifest; of a document its media type. Only texts of one name are compared. */
  readonly name: string;
  readonly text: Uint8Array;
  readonly digest: Digest;
}

/** Older texts for newer ones: those that have most in common with them. */
export async function textSearch(pasts: readonly Held[]): Promise<StepSearch<Text>> {
  const olds = await Promise.all(pasts.map(textsOf));
  const isEverywhere = ({ digest }: Text) => olds.every((past) => past.some((one) => one.digest === digest));
  const shared = (olds[0] ?? []).filter(isEverywhere);
  return {
    digest: ({ digest }) => digest,
    shared: (one) => likeliest(one, shared),
    async inPast(one, at) {
      const past = olds[at] ?? [];
      return past.some(({ digest }) => digest === one.digest) ? one : likeliest(one, past);
    },
  };
}

async function textsOf(held: Held): Promise<readonly Text[]> {
  const texts = [...held.texts].map(([digest, { name, bytes }]) => ({ name, text: bytes, digest }));
  for (const { digest, mediaType } of held.documents)
    texts.push({ name: mediaType, text: await collect(held.read(digest), documentLimit, digest), digest });
  return texts;
}

/** Of several that have as much in common, the last: images stand in the order in which they came. */
function likeliest({ name, text }: Text, olds: readonly Text[]): Text | undefined {
  const words = new Set(wordsOf(text));
  let best: { readonly old: Text; readonly common: number } | undefined;
  for (const old of olds) {
    if (old.name !== name) continue;
    const common = new Set(wordsOf(old.text).filter((word) => words.has(word))).size;
    if (best === undefined || common >= best.common) best = { old, common };
  }
  return best?.old;
}

/** Lines of an import manifest; names and values of JSON. */
function wordsOf(text: Uint8Array): string[] {
  return new TextDecoder().decode(text).split(/["\n]/);
}
