import type { PackContext } from '@block-pack/core';
import type { IdentifiedJar } from './application-jars.ts';
import { coordinatesText } from './coordinates.ts';
import type { Doubt } from './identity.ts';
import { fileNameOf } from './jar-name.ts';

/** Names enough to know where to look. */
const namesShown = 5;

/** Libraries without a group. @property heard how many of them a list beside the input names */
export function warnOfUnknown(
  jars: readonly IdentifiedJar[],
  { isListGiven, heard }: { readonly isListGiven: boolean; readonly heard: number },
  { warn }: PackContext,
): void {
  const names = jars.flatMap(({ identity, part }) => {
    if (identity.kind === 'known') return [];
    const candidates = shown(identity.candidates.map(coordinatesText), ' or ');
    return [candidates === '' ? fileNameOf(part.file) : `${fileNameOf(part.file)} (${candidates}?)`];
  });
  if (names.length === 0) return;
  const help =
    heard > 0
      ? `Maven has names for ${heard} of them, and --maven takes those`
      : isListGiven
        ? 'the lists given do not decide it'
        : 'give --evidence with what the build resolved';
  const message = `The group of ${names.length} of ${jars.length} libraries is not known: ${shown(names)}. They are named pkg:generic/...; ${help}.`;
  warn({ code: 'GROUP_UNKNOWN', message });
}

const doubts: Readonly<Record<Doubt['code'], { readonly fact: string; readonly advice: string }>> = {
  DIGEST_DISAGREES: {
    fact: 'are not the files that are listed under their names',
    advice: 'They keep these names, as weak evidence; see where they come from, or make the list again',
  },
  GROUP_DISAGREES: {
    fact: 'hold Maven files of another group than they are listed under',
    advice: 'The list is believed, as weak evidence; see whether it was made for these jars',
  },
};

/** Jars whose identity something speaks against. */
export function warnOfDoubts(jars: readonly IdentifiedJar[], { warn }: PackContext): void {
  for (const [code, { fact, advice }] of Object.entries(doubts)) {
    const names = jars.flatMap(({ identity, part }) => {
      const doubt = identity.kind === 'known' ? identity.doubts.find((one) => one.code === code) : undefined;
      return doubt === undefined ? [] : [`${fileNameOf(part.file)} (${doubt.detail})`];
    });
    if (names.length === 0) continue;
    warn({ code, message: `${names.length} of ${jars.length} jars ${fact}: ${shown(names)}. ${advice}.` });
  }
}

/** The first of them, and how many more. */
export function shown(names: readonly string[], separator = ', '): string {
  const more = names.length - namesShown;
  return names.slice(0, namesShown).join(separator) + (more > 0 ? ` and ${more} more` : '');
}
