import { BlockPackError, type ImagePath, parseImagePath } from '@block-pack/core';

/**
 * The value of `--prefix` or `--strip`, with or without a closing slash.
 * @throws USAGE
 */
export function parsePrefix(prefix: string | undefined, option = '--prefix'): ImagePath | undefined {
  if (prefix === undefined) return undefined;
  try {
    return parseImagePath(prefix.length > 1 && prefix.endsWith('/') ? prefix.slice(0, -1) : prefix);
  } catch (cause) {
    throw new BlockPackError('USAGE', `${option} ${prefix} is no directory of an image`, {
      hint: 'Give an absolute path such as /app/lib.',
      cause,
    });
  }
}
