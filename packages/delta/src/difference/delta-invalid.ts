import { BlockPackError } from '@block-pack/core';

export function deltaInvalid(flaw: string, cause?: unknown): BlockPackError {
  return new BlockPackError('DELTA_INVALID', `the difference is damaged: ${flaw}`, {
    hint: 'Get it again; if it stays so, make it again.',
    ...(cause === undefined ? {} : { cause }),
  });
}
