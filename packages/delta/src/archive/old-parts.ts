import type { Layout, Part } from './read-layout.ts';
import type { Position } from './recipe.ts';

/** An older archive, or one inside of it, as both sides know it. */
export interface OldArchive {
  /** Which one of the archives that were given. */
  readonly old: number;
  /** Where in it. */
  readonly above: Position;
  readonly layout: Layout;
}

/** The archive inside of a part, if there is one. */
export function oldInside({ old, above, layout }: OldArchive, part: number): OldArchive | undefined {
  const inner = layout.nested.get(part);
  return inner && { old, above: [...above, part], layout: inner };
}

/** The name that a part is known by, one character for each byte; gaps have none. */
export function partName(part: Part | undefined): string {
  if (part === undefined || part.kind === 'gap') return '';
  if (part.kind === 'entry') return part.head.name;
  if ('name' in part) return part.name;
  return Buffer.from(part.path).toString('latin1');
}

/** Bytes of content that a part says it has; of what lies in the archive, where `raw`. */
export function partSize(part: Part, raw: boolean): number {
  if (part.kind === 'entry') return raw ? part.facts.packedSize : part.facts.size;
  return 'size' in part ? part.size : 0;
}
