import { BlockPackError } from '@block-pack/core';

/** The code of the error that a deed ends with; `made` where it does not. A fault of ours is its whole text. */
export function refusalOf(deed: () => unknown): string {
  try {
    deed();
    return 'made';
  } catch (error) {
    return error instanceof BlockPackError ? error.code : String(error);
  }
}
