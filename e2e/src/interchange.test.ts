import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blockPack, packJava } from './block-pack.ts';
import { applications } from './corpus.ts';
import { filesBelow } from './file-list.ts';
import { expectSound } from './sound-store.ts';
import { succeed } from './workspace.ts';

const scratch = mkdtempSync(join(tmpdir(), 'block-pack-interchange-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const folders = await applications('quarkus-service');
const input = join(folders['quarkus-service'], 'quarkus-app');
const store = join(scratch, 'store');
const manifest = join(scratch, 'java.import');

describe('a store, to a tool that knows OCI image layouts and not block-pack', () => {
  let tag = '';
  let digests: readonly string[] = [];

  beforeAll(() => {
    const { imports } = packJava([input, '--store', store, '-o', manifest]);
    digests = [...new Set(imports.map((one) => one.digest))].sort();
    [{ tag }] = JSON.parse(blockPack(['ls', '--json', '--store', store]).stdout).tags;
  });

  test('names every block in the manifest behind the tag', () => {
    const raw = JSON.parse(succeed('skopeo', ['inspect', '--raw', `oci:${store}:${tag}`]));
    const named = raw.layers.map((layer: { readonly digest: string }) => layer.digest);
    expect(named).toEqual(expect.arrayContaining([...digests]));
  });

  test('gives all that is needed to resolve the input from a copy', () => {
    const copy = join(scratch, 'copy');
    copyImage(`oci:${store}:${tag}`, `oci:${copy}:${tag}`);
    expectSameFiles(copy, tag);
  });

  test('loses nothing on the way through an archive, under another name', () => {
    const archive = join(scratch, 'archive.tar');
    const back = join(scratch, 'back');
    copyImage(`oci:${store}:${tag}`, `oci-archive:${archive}:${tag}`);
    copyImage(`oci-archive:${archive}:${tag}`, `oci:${back}:other`);
    expectSameFiles(back, 'other');
  });

  function expectSameFiles(layout: string, name: string): void {
    const target = `${layout}-resolved`;
    expectSound(layout);
    const place = ['--store', layout, '--strip', '/app'];
    expect(blockPack(['resolve', name, target, ...place])).toMatchObject({ exitCode: 0 });
    expect(filesBelow(target)).toEqual(filesBelow(input));
    for (const digest of digests) readFileSync(join(layout, 'blobs', digest.replace(':', '/')));
  }
});

function copyImage(from: string, to: string): void {
  succeed('skopeo', ['copy', '--quiet', '--insecure-policy', from, to]);
}
