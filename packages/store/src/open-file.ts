import { OpenFiles, type ReadableFile } from './open-files.ts';

/** A file that stays open, to be read anywhere, until it is closed. */
export interface OpenFile extends ReadableFile {
  close(): void;
}

/**
 * Opens a file for reading anywhere in it.
 * @param path links are followed
 * @throws INPUT_UNREADABLE, INPUT_UNSUPPORTED
 */
export function openFile(path: string): OpenFile {
  const files = new OpenFiles(1);
  return { ...files.find(path), close: () => files.close() };
}
