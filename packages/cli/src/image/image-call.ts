import { resolve } from 'node:path';
import { BlockPackError, type EncodingId, encodingIds, type Platform } from '@block-pack/core';
import { type Place, parsePlace } from '@block-pack/store';
import { refuseSource } from '../refuse-source.ts';
import type { ImagePlan } from './build-image.ts';
import { type ImageOutput, type OutputOptions, parseOutput } from './image-form.ts';
import {
  createdTime,
  parsePairs,
  parsePlatforms,
  parseSettings,
  type SettingOptions,
} from './image-settings.ts';

/** The options of `block-pack image`. */
export interface ImageOptions extends SettingOptions, OutputOptions {
  readonly base?: string;
  readonly files?: readonly string[];
  readonly platform?: readonly string[];
  readonly annotation?: readonly string[];
  readonly join?: readonly string[];
  readonly encoding?: string;
  readonly replaceBaseFiles?: boolean;
}

/** What is asked for, once the words are understood. */
export interface ImageCall {
  readonly output: ImageOutput;
  readonly manifests: readonly string[];
  readonly files: readonly string[];
  readonly base: string;
  /** Undefined for all that the base has. */
  readonly platforms: readonly Platform[] | undefined;
  readonly join: readonly string[];
  readonly plan: Omit<ImagePlan, 'sources'>;
}

/** @throws USAGE, OUTPUT_REFUSED */
export function parseCall(
  manifests: readonly string[],
  options: ImageOptions,
  directory: string,
  sourceDateEpoch: string | undefined,
): ImageCall {
  const { files = [], join = [], base = 'scratch' } = options;
  if (manifests.length + files.length === 0) refuseBuilding(options);
  const output = parseOutput(options, directory);
  refuseReplacing(
    output.place,
    { manifests, images: [...join, ...(base === 'scratch' ? [] : [base])] },
    directory,
  );
  return {
    output,
    manifests,
    files,
    base,
    platforms: parsePlatforms(options.platform),
    join,
    plan: {
      settings: parseSettings(options),
      annotations: parsePairs('--annotation', options.annotation ?? []),
      created: createdTime(sourceDateEpoch),
      encoding: parseEncoding(options.encoding),
      replaceBaseFiles: options.replaceBaseFiles === true,
    },
  };
}

/** A layout takes a new image beside those that it has; an archive is replaced as a whole. */
function refuseReplacing(
  { kind, path }: Place,
  { manifests, images }: { readonly manifests: readonly string[]; readonly images: readonly string[] },
  directory: string,
): void {
  if (kind === 'oci') return;
  refuseSource(path, [
    ...manifests.map((text) => ({ text, path: resolve(directory, text.slice(text.indexOf('=') + 1)) })),
    ...images.map((text) => parsePlace(text, directory)),
  ]);
}

/** Options that say how an image is built, and mean nothing where none is. */
const buildingOptions = [
  'base',
  'platform',
  'annotation',
  'encoding',
  'replaceBaseFiles',
  'entrypoint',
  'cmd',
  'env',
  'user',
  'workdir',
  'label',
  'expose',
  'volume',
  'stopSignal',
] as const satisfies readonly (keyof ImageOptions)[];

function refuseBuilding(options: ImageOptions): void {
  if (options.join === undefined) {
    // What would come out is the base with other settings: an image that no import explains.
    const copy = options.base === undefined ? '' : ` --join ${options.base} takes that image as it is.`;
    throw new BlockPackError('USAGE', 'Nothing is given to make an image of', {
      hint: `Name import manifests (block-pack java target/lib writes one), or directories with --files DIR:/path.${copy}`,
    });
  }
  const useless = buildingOptions.find((name) => options[name] !== undefined);
  if (useless === undefined) return;
  const flag = `--${useless.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  throw new BlockPackError('USAGE', `${flag} says how an image is built, and here images are only joined`, {
    hint: 'Leave it out, or name import manifests. --join takes images as they are.',
    details: { option: flag },
  });
}

function parseEncoding(text: string | undefined): EncodingId | undefined {
  const known = encodingIds.find((id) => id === text);
  if (text === undefined || known !== undefined) return known;
  throw new BlockPackError('USAGE', `--encoding ${text} is not known`, {
    hint: `Choose one of ${encodingIds.join(', ')}.`,
  });
}
