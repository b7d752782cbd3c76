import { relative, sep } from 'node:path';
import { BlockPackError } from '@block-pack/core';
import { isOfLayout, realPlace } from '@block-pack/store';
import { printable } from './table.ts';

/** Something that is read: a file, or a directory with an image layout. */
export interface Source {
  /** As the user wrote it. */
  readonly text: string;
  /** Absolute. */
  readonly path: string;
}

/** @throws USAGE where the output would replace something that is read, or a part of it */
export function refuseSource(output: string, sources: readonly Source[]): void {
  const real = realPlace(output);
  const source = sources.find(({ path }) => isPartOf(real, realPlace(path)));
  if (source === undefined) return;
  throw new BlockPackError('USAGE', `${printable(source.text)} would be replaced by what is made of it`, {
    hint: 'Give the output another name.',
    details: { path: output },
  });
}

function isPartOf(path: string, source: string): boolean {
  const [name = ''] = relative(source, path).split(sep);
  return path === source || isOfLayout(name);
}
