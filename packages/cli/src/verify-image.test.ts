import { chmodSync, cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import zlib, { gunzipSync, gzipSync } from 'node:zlib';
import { BlockPackError, digestOf } from '@block-pack/core';
import { openImages, parsePlace } from '@block-pack/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImageVerification } from './image/verification.ts';
import { verifyImage } from './image/verify-image.ts';
import { type BaseEntry, tarOf } from './testing/fake-base.ts';
import { Workplace } from './testing/workplace.ts';

/** Made once, since every call is a process; tests damage copies. */
const work = new Workplace();
beforeAll(() => {
  work.writeLibraries('lib');
  work.write('dist/start.sh', '#!/bin/sh\n', 0o755);
  work.run('java', 'lib', '-o', 'java.import');
  for (const [place, ...words] of [
    ['oci:image:1.0'],
    ['oci:native:1.0', '--form', 'native'],
    ['oci-archive:image.tar:1.0'],
  ] as const) {
    const made = work.run('image', 'java.import', '--files', 'dist:/srv', '-o', place, ...words);
    expect(made.exitCode, made.stderr).toBe(0);
  }
});
afterAll(() => work.remove());

interface Finding {
  readonly digest: string;
  readonly imports?: string;
  readonly path?: string;
  readonly message: string;
}

function findingsOf(place: string): readonly Finding[] {
  const { exitCode, document } = work.json('verify', place);
  const findings = document.findings as readonly Finding[];
  expect(exitCode, JSON.stringify(document)).toBe(findings.length === 0 ? 0 : 1);
  return findings;
}

/** A copy of an image, and its blobs: largest first. */
function copyOf(image: string, copy: string): string[] {
  cpSync(work.path(image), work.path(copy), { recursive: true });
  const folder = work.path(copy, 'blobs/sha256');
  const size = (path: string) => statSync(path).size;
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .sort((a, b) => size(b) - size(a));
}

async function verified(place: string): Promise<ImageVerification> {
  const images = await openImages(parsePlace(place, work.directory));
  try {
    const { descriptor } = await images.find();
    const { signal } = new AbortController();
    return await verifyImage(descriptor, images.blobs, place, { signal, onProgress: () => {} });
  } finally {
    images.close();
  }
}

/** What is said of an image; what leads to everything else is read before there is anything to verify. */
async function faultOf(place: string): Promise<string> {
  try {
    const { findings } = await verified(place);
    return findings.map(({ message }) => message).join('\n');
  } catch (error) {
    return error instanceof BlockPackError ? error.message : '';
  }
}

/** As on a Node that has no zstd. */
async function withoutZstd<T>(action: () => Promise<T>): Promise<T> {
  const holder = zlib as { createZstdDecompress?: unknown };
  const real = holder.createZstdDecompress;
  holder.createZstdDecompress = undefined;
  syncBuiltinESMExports();
  try {
    return await action();
  } finally {
    holder.createZstdDecompress = real;
    syncBuiltinESMExports();
  }
}

/** The digest of the layer that the java manifest made. */
function javaLayer(): string {
  const { document } = work.json('inspect', 'oci:image:1.0');
  const [image] = document.images as { layers: { imports?: string; digest: string }[] }[];
  return image?.layers.find((layer) => layer.imports === 'java')?.digest ?? '';
}

function change(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  chmodSync(path, 0o644);
  writeFileSync(path, bytes);
}

interface Documents {
  readonly manifest: { readonly layers: { readonly digest: string }[]; readonly config: object };
  readonly config: { readonly rootfs: { readonly diff_ids: string[] } };
  blob(digest: string): Buffer;
  /** Writes a blob, and describes it. */
  store(bytes: Uint8Array): { readonly digest: string; readonly size: number };
}

/** A copy of the image with other documents, whose digests are right again. */
function changeImage(copy: string, change: (documents: Documents) => void, image = 'image'): void {
  copyOf(image, copy);
  const path = (digest: string) => work.path(copy, 'blobs/sha256', digest.slice('sha256:'.length));
  const blob = (digest: string) => readFileSync(path(digest));
  const store = (bytes: Uint8Array) => {
    const digest = digestOf(bytes);
    rmSync(path(digest), { force: true });
    writeFileSync(path(digest), bytes);
    return { digest, size: bytes.length };
  };
  const storeJson = (document: object) => store(Buffer.from(JSON.stringify(document)));
  const index = JSON.parse(work.read(`${copy}/index.json`));
  const manifest = JSON.parse(blob(index.manifests[0].digest).toString());
  const config = JSON.parse(blob(manifest.config.digest).toString());
  change({ manifest, config, blob, store });
  Object.assign(manifest.config, storeJson(config));
  Object.assign(index.manifests[0], storeJson(manifest));
  work.write(`${copy}/index.json`, JSON.stringify(index));
}

/**
 * A copy of the image whose java layer has other bytes, or is described in another way.
 * @returns the digest of the layer
 */
function changeJavaLayer(
  copy: string,
  repack: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes,
  fields: object = {},
): string {
  const layer = javaLayer();
  let changed = '';
  changeImage(copy, ({ manifest, blob, store }) => {
    const at = manifest.layers.findIndex(({ digest }) => digest === layer);
    const other = { ...manifest.layers[at], ...store(repack(blob(layer))), ...fields };
    manifest.layers[at] = other;
    changed = other.digest;
  });
  return changed;
}

/** A copy of the image with a layer of another tool on top. @returns its digest */
function addLayer(copy: string, entries: readonly BaseEntry[], image = 'image'): string {
  const tar = tarOf(entries);
  changeImage(
    copy,
    ({ manifest, config, store }) => {
      manifest.layers.push({ mediaType: gzipLayer, ...store(gzipSync(tar)) } as { digest: string });
      config.rootfs.diff_ids.push(digestOf(tar));
    },
    image,
  );
  return digestOf(gzipSync(tar));
}

const gzipLayer = 'application/vnd.oci.image.layer.v1.tar+gzip';

describe('block-pack verify of an image', () => {
  it.each(['oci:image:1.0', 'oci:native:1.0', 'oci-archive:image.tar:1.0'])(
    'finds nothing wrong in %s',
    (place) => {
      const { exitCode, stdout, stderr } = work.run('verify', place);
      expect(exitCode, stderr).toBe(0);
      expect(stdout).toContain('all good: 1 image, ');
      expect(stdout.includes(' 2 layers exactly as imports say')).toBe(!place.includes('native'));
    },
  );

  it('names the import whose bytes are damaged', () => {
    copyOf('image', 'damaged');
    const layer = javaLayer();
    change(work.path('damaged/blobs/sha256', layer.slice('sha256:'.length)), 300);
    const findings = findingsOf('oci:damaged:1.0');
    expect(findings).toContainEqual(
      expect.objectContaining({ digest: layer, imports: 'java', path: expect.stringMatching(/^\/app\/lib/) }),
    );
    expect(work.run('verify', 'oci:damaged:1.0').stdout).toMatch(/faults found in oci:damaged:1.0/);
  });

  it.each(['image', 'native'])('finds any damaged or missing blob of the %s one', async (image) => {
    for (const index of copyOf(image, `broken-${image}`).keys()) {
      const blob = copyOf(image, `broken-${image}`)[index] ?? '';
      change(blob, Math.floor(statSync(blob).size / 2));
      expect(await faultOf(`oci:broken-${image}:1.0`), `${blob} is damaged`).toMatch(
        /is damaged|digest|expected/,
      );
      rmSync(blob);
      expect(await faultOf(`oci:broken-${image}:1.0`), `${blob} is missing`).toMatch(/is missing|is not in/);
      rmSync(work.path(`broken-${image}`), { recursive: true });
    }
  });

  it('notes when another tool has packed a layer anew, as docker save does, and finds no fault in that', () => {
    const other = changeJavaLayer('repacked', (bytes) => gzipSync(gunzipSync(bytes)));
    const message = expect.stringContaining(`packed anew as ${other}: by its diffID it holds the same`);
    expect(JSON.parse(work.run('verify', 'oci:repacked:1.0', '--json').stdout)).toMatchObject({
      findings: [],
      notes: [{ kind: 'repacked', imports: 'java', message }],
    });
    const ran = work.run('verify', 'oci:repacked:1.0');
    expect(ran.stdout).toContain('no fault found, 1 layer packed anew by another tool');
    expect(ran.exitCode).toBe(0);
  });

  it('names imports that stand in the image twice', () => {
    changeImage('twice', ({ manifest, config }) => {
      manifest.layers.push(...manifest.layers.slice(-1));
      config.rootfs.diff_ids.push(...config.rootfs.diff_ids.slice(-1));
    });
    expect(findingsOf('oci:twice:1.0').map(({ imports, message }) => `${imports} ${message}`)).toEqual([
      'java stands in more than one layer of imports',
      'files stands in more than one layer of imports',
    ]);
  });

  it('says why a layer is no imports layer, though it is marked as one', () => {
    changeJavaLayer('marked', undefined, { annotations: { 'dev.block-pack.layer': 'imports' } });
    expect(findingsOf('oci:marked:1.0').map(({ message }) => message)).toEqual([
      expect.stringMatching(/is marked as an imports layer, and is none, because .*holds "app"/),
    ]);
  });

  it('says what to do about a layer that cannot be checked', () => {
    const mediaType = 'application/vnd.oci.image.layer.v1.tar+gzip+encrypted';
    changeJavaLayer('sealed', (bytes) => gzipSync(gunzipSync(bytes)), { mediaType, annotations: {} });
    const messages = findingsOf('oci:sealed:1.0').map(({ message }) => message);
    expect(messages).toContainEqual(expect.stringMatching(/encrypted\. Decrypt/));
  });

  it('finds nothing wrong where another tool has added files, also beside imports', () => {
    addLayer('added', [
      { directory: 'app', mode: 0o700 },
      { file: 'app/lib/more.txt', content: 'more' },
    ]);
    expect(findingsOf('oci:added:1.0')).toEqual([]);
  });

  it.each([
    ['replaces it', 'asm', [{ file: 'app/lib/asm-9.7.jar', content: 'another' }], '/app/lib/asm-9.7.jar'],
    ['takes it away', 'gone', [{ file: 'app/lib/.wh.asm-9.7.jar', content: '' }], '/app/lib/asm-9.7.jar'],
    [
      'replaces 1 file of it, the first /srv/start.sh',
      'srv',
      [{ file: 'srv/start.sh', content: '' }],
      '/srv',
    ],
    [
      'replaces it',
      'linked',
      [
        { link: 'way', to: 'app/lib' },
        { file: 'way/asm-9.7.jar', content: 'another' },
      ],
      '/app/lib/asm-9.7.jar',
    ],
  ] as const)('finds what is not to be seen of an import: a layer %s (%s)', (deed, copy, entries, path) => {
    const digest = addLayer(copy, entries);
    const imports = path === '/srv' ? 'files' : 'java';
    const message = `${deed}: a container does not have what was imported`;
    expect(findingsOf(`oci:${copy}:1.0`)).toEqual([{ digest, imports, path, message }]);
  });

  it('shows no more faults than can be read', () => {
    for (let n = 0; n < 52; n++) work.writeJar('jars', `com.example:one-${n}:1.0`);
    work.run('java', 'jars', '-o', 'many.import');
    work.run('image', 'many.import', '-o', 'oci:many:1.0');
    addLayer('less', [{ file: 'app/.wh.lib', content: '' }], 'many');
    const { stdout } = work.run('verify', 'oci:less:1.0');
    expect(stdout).toContain('52 faults found');
    expect(stdout).toContain('... and 2 more faults (--json has them all)');
    expect(findingsOf('oci:less:1.0')).toHaveLength(52);
  });

  it('notes what a later image with imports of its own has in the place of an import', () => {
    work.write('newer/asm-9.7.jar', 'another');
    work.run('files', 'newer', '--prefix', '/app/lib', '-o', 'newer.import');
    const words = ['newer=newer.import', '--base', 'oci:image:1.0', '--replace-base-files'];
    const made = work.run('image', ...words, '-o', 'oci:upon:1.0');
    expect(made.exitCode, made.stderr).toBe(0);
    const { exitCode, document } = work.json('verify', 'oci:upon:1.0');
    expect([exitCode, document.findings]).toEqual([0, []]);
    expect(document.notes).toEqual([
      expect.objectContaining({ kind: 'replaced', imports: 'java', path: '/app/lib/asm-9.7.jar' }),
    ]);
    expect(work.run('verify', 'oci:upon:1.0').stdout).toMatch(/^all good: .*\n {2}note: sha256:/);
  });

  it('says that a layer was not checked which this Node cannot unpack', async () => {
    const mediaType = 'application/vnd.oci.image.layer.v1.tar+zstd';
    const bytes = Buffer.from('what zstd would write');
    changeImage('zstd', ({ manifest, config, store }) => {
      manifest.layers.unshift({ mediaType, ...store(bytes) } as { digest: string });
      config.rootfs.diff_ids.unshift(digestOf(Buffer.from('what it would be')));
    });
    const { findings, notes } = await withoutZstd(() => verified('oci:zstd:1.0'));
    expect(findings).toEqual([]);
    expect(notes).toEqual([
      {
        kind: 'unchecked',
        digest: digestOf(bytes),
        message: expect.stringContaining('not checked. Use Node'),
      },
    ]);
    writeFileSync(work.path('zstd/blobs/sha256', digestOf(bytes).slice('sha256:'.length)), bytes.reverse());
    const damaged = await withoutZstd(() => verified('oci:zstd:1.0'));
    expect(damaged.findings).toEqual([
      expect.objectContaining({ message: expect.stringContaining('is damaged') }),
    ]);
  });

  it('refuses what is for the store alone, and names a place that is none', () => {
    expect(work.run('verify', 'oci:image:1.0', '--remove')).toMatchObject({ exitCode: 2 });
    expect(work.run('verify', 'oci:nothing:1.0')).toMatchObject({ exitCode: 3 });
  });
});
