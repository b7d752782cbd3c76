import { BlockPackError } from '../error.ts';

/**
 * What an image runs on.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md#image-index-property-descriptions
 */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | undefined;
}

const word = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** `linux/amd64` or `linux/arm/v7`. @throws USAGE */
export function parsePlatform(text: string): Platform {
  const [os = '', architecture = '', variant, ...rest] = text.split('/');
  const words = [os, architecture, ...(variant === undefined ? [] : [variant])];
  if (rest.length > 0 || !words.every((one) => word.test(one))) {
    throw new BlockPackError('USAGE', `${JSON.stringify(text)} is no platform`, {
      hint: 'Expected <os>/<architecture>, such as linux/amd64 or linux/arm/v7.',
      details: { platform: text },
    });
  }
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}

export function platformText({ os, architecture, variant }: Platform): string {
  return [os, architecture, ...(variant === undefined || variant === '' ? [] : [variant])].join('/');
}

/** True when an image of `offered` is what is asked for by `wanted`; who names no variant takes any. */
export function platformMatches(wanted: Platform, offered: Platform): boolean {
  if (wanted.os !== offered.os || wanted.architecture !== offered.architecture) return false;
  const variant = (one: Platform) => one.variant || impliedVariant(one.architecture);
  return wanted.variant === undefined || variant(wanted) === variant(offered);
}

/** `arm64` says v8 without writing it, in every tool. */
function impliedVariant(architecture: string): string {
  return architecture === 'arm64' ? 'v8' : '';
}
