import type { BundleDocument } from '@block-pack/core';
import type { Held } from './held.ts';

/** What a bundle says of the images that it brings and builds upon, by their names. */
export type MadeFor = Pick<BundleDocument, 'images' | 'since' | 'have'>;

/** For a site that cannot use a bundle: which images it is for, and which are there instead; a sentence. */
export function otherSiteText({ images, since = [], have = [] }: MadeFor, { names }: Held): string {
  const brought = images.flatMap(({ name }) => name ?? []);
  const what = brought.length === 0 ? 'It was made' : `It brings ${listed(brought, 'and')}, and was made`;
  const wanted = [
    ...(since.length === 0 ? [] : [listed(since, 'or')]),
    ...(have.length === 0 ? [] : [listed(have, 'and')]),
  ];
  if (wanted.length === 0) return `${what} for a site that has another image`;
  return `${what} for a site that has ${wanted.join(', and ')}${hereText([...since, ...have], names)}`;
}

function hereText(wanted: readonly string[], here: readonly string[]): string {
  if (here.length === 0) return '';
  const same = here.filter((name) => wanted.includes(name));
  if (same.length === 0) return `; here is ${listed(here, 'and')}`;
  return `; what is called ${listed(same, 'and')} here is another image, perhaps for another platform, which block-pack inspect says, or damaged, which block-pack verify says`;
}

/** More are counted. */
const mostListed = 5;

/** @param last before the last one */
export function listed(names: readonly string[], last: 'and' | 'or'): string {
  const more = names.length - mostListed;
  const shown = more > 0 ? [...names.slice(0, mostListed), `${more} more`] : names;
  return [shown.slice(0, -1).join(', '), ...shown.slice(-1)].filter((one) => one !== '').join(` ${last} `);
}
