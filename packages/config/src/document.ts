import { BlockPackError } from '@block-pack/core';

/** A value of a configuration file, and the line it begins in: what JSON and TOML have in common. */
export type Value = { readonly line: number } & (
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'flag'; readonly flag: boolean }
  | { readonly kind: 'list'; readonly items: readonly Value[] }
  | { readonly kind: 'table'; readonly members: readonly Member[] }
  /** A number, a date, null: nothing that a configuration takes. */
  | { readonly kind: 'other'; readonly text: string }
);

/** In the order of the file; JSON may have two of one key. */
export interface Member {
  readonly key: string;
  /** Of the key. */
  readonly line: number;
  readonly value: Value;
}

/** More than any configuration nests. */
export const deepest = 32;

/** @param where a file, or a file and a line */
export function configurationInvalid(
  where: string,
  flaw: string,
  hint?: string,
  cause?: unknown,
): BlockPackError {
  return new BlockPackError('USAGE', `${where}: ${flaw}`, {
    ...(hint === undefined ? {} : { hint }),
    details: { where },
    cause,
  });
}
