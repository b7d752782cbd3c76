import type { ZipLayout } from './zip-layout.ts';

/** How any tar is laid out: contents of files, and before, between and behind them runs of headers, which are kept as they are. */
export interface TarLayout {
  readonly kind: 'tar';
  /** In the order of the tar; together they are all of its bytes. */
  readonly parts: readonly TarPart[];
  /** The zips among the contents, by their position in {@link parts}. */
  readonly nested: ReadonlyMap<number, ZipLayout>;
}

/** The content of a file, or a run of headers. */
export interface TarPart {
  readonly kind: 'content' | 'headers';
  /** Of the file, one character for each byte; of a run of headers, the name of the file whose content follows. It tells what resembles what. */
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}
