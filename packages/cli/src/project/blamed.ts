import { BlockPackError } from '@block-pack/core';

/**
 * An error of what was asked for says where it was asked for.
 * @param where such as `block-pack.config.json:7, applications.shop.java`
 */
export function blamed(error: unknown, where: string): unknown {
  if (!(error instanceof BlockPackError) || error.code === 'INTERRUPTED') return error;
  const { code, message, hint, details, cause } = error;
  return new BlockPackError(code, `${message} (${where})`, {
    ...(hint === undefined ? {} : { hint }),
    details,
    cause,
  });
}
