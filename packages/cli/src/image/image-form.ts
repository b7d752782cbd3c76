import { BlockPackError, type ImageForm } from '@block-pack/core';
import { checkTarget, type Place, parsePlace } from '@block-pack/store';
import { checkTag } from '../tag-name.ts';

/** What every command that makes images takes. */
export interface OutputOptions {
  readonly output: string;
  readonly form: string;
  readonly tag?: string;
}

/** Where an image goes, and how it looks there. */
export interface ImageOutput {
  readonly place: Place;
  readonly form: ImageForm;
  /** Its name in the store; undefined for one that is made from the place. */
  readonly tag: string | undefined;
}

/** @throws USAGE, OUTPUT_REFUSED before anything is made */
export function parseOutput({ output, form, tag }: OutputOptions, directory: string): ImageOutput {
  const place = parsePlace(output, directory);
  if (tag !== undefined) checkTag(tag);
  if (form !== 'standard' && form !== 'native')
    throw new BlockPackError('USAGE', `--form ${form} is not known`, { hint: 'Choose standard or native.' });
  if (form === 'native' && place.kind === 'docker-archive') {
    throw new BlockPackError('USAGE', `${output} cannot hold an image in native form`, {
      hint: 'Docker does not place blocks. Write oci:DIR or oci-archive:FILE, or make the standard form.',
      details: { place: output },
    });
  }
  checkTarget(place);
  return { place, form, tag };
}
