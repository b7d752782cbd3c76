import { digestOf } from '@block-pack/core';
import { describe, expect, it } from 'vitest';
import { HeldImages } from './held-images.ts';
import { type MadeFor, otherSiteText } from './made-for.ts';

const image = { mediaType: 'x', digest: digestOf(new Uint8Array()), size: 0 };
const update: MadeFor = { images: [{ name: '1.1', ...image }], since: ['1.0', '0.9'], have: ['jre:21'] };

function said(madeFor: MadeFor, ...here: string[]): string {
  const held = new HeldImages();
  held.call(here);
  return otherSiteText(madeFor, held);
}

describe('a bundle at a site that it is not for', () => {
  it('names the releases that it leads from and to, and those that are there', () => {
    const made = 'It brings 1.1, and was made for a site that has 1.0 or 0.9, and jre:21';
    expect(said(update)).toBe(made);
    expect(said(update, '0.7', '0.8')).toBe(`${made}; here is 0.7 and 0.8`);
  });

  it('says that what has the right name is another image', () => {
    expect(said(update, '0.8', '1.0')).toContain(
      '; what is called 1.0 here is another image, perhaps for another platform,',
    );
  });

  it('counts what would be a long list, and knows that names may lack', () => {
    const many = Array.from({ length: 9 }, (_, at) => `0.${at}`);
    expect(said(update, ...many)).toMatch(/here is 0\.0, 0\.1, 0\.2, 0\.3, 0\.4 and 4 more$/);
    expect(said({ images: [image] }, '1.0')).toBe('It was made for a site that has another image');
  });

  it('does not repeat what is no name of an image', () => {
    expect(said(update, '\u001b[2J', '0.8')).toMatch(/; here is 0\.8$/);
  });
});
