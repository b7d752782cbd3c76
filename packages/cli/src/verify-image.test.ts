import { chmodSync, cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { BlockPackError, digestOf } from '@block-pack/core';
import { openImages, parsePlace } from '@block-pack/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyImage } from './image/verify-image.ts';
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

/** What is said of an image; what leads to everything else is read before there is anything to verify. */
async function faultOf(place: string): Promise<string> {
  const images = await openImages(parsePlace(place, work.directory));
  try {
    const { descriptor } = await images.find();
    const { signal } = new AbortController();
    const { findings } = await verifyImage(descriptor, images.blobs, place, { signal, onProgress: () => {} });
    return findings.map(({ message }) => message).join('\n');
  } catch (error) {
    return error instanceof BlockPackError ? error.message : '';
  } finally {
    images.close();
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

/**
 * A copy of the image whose java layer has other bytes, or is described in another way.
 * @returns the digest of the layer
 */
function changeJavaLayer(
  copy: string,
  repack: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes,
  fields: object = {},
): string {
  copyOf('image', copy);
  const layer = javaLayer();
  const path = (digest: string) => work.path(copy, 'blobs/sha256', digest.slice('sha256:'.length));
  const store = (bytes: Uint8Array) => {
    const digest = digestOf(bytes);
    rmSync(path(digest), { force: true });
    writeFileSync(path(digest), bytes);
    return { digest, size: bytes.length };
  };
  const index = JSON.parse(work.read(`${copy}/index.json`));
  const manifest = JSON.parse(readFileSync(path(index.manifests[0].digest), 'utf8'));
  const at = manifest.layers.findIndex((one: { readonly digest: string }) => one.digest === layer);
  const other = store(repack(readFileSync(path(layer))));
  manifest.layers[at] = { ...manifest.layers[at], ...other, ...fields };
  Object.assign(index.manifests[0], store(Buffer.from(JSON.stringify(manifest))));
  work.write(`${copy}/index.json`, JSON.stringify(index));
  return other.digest;
}

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

  it('says when another tool has compressed a layer anew', () => {
    const other = changeJavaLayer('repacked', (bytes) => gzipSync(gunzipSync(bytes)));
    expect(findingsOf('oci:repacked:1.0')).toEqual([
      expect.objectContaining({
        imports: 'java',
        message: expect.stringContaining(`compressed anew as ${other}`),
      }),
    ]);
  });

  it('names imports that stand in the image twice', () => {
    copyOf('image', 'twice');
    const path = (digest: string) => work.path('twice/blobs/sha256', digest.slice('sha256:'.length));
    const store = (document: object) => {
      const bytes = Buffer.from(JSON.stringify(document));
      writeFileSync(path(digestOf(bytes)), bytes);
      return { digest: digestOf(bytes), size: bytes.length };
    };
    const index = JSON.parse(work.read('twice/index.json'));
    const manifest = JSON.parse(readFileSync(path(index.manifests[0].digest), 'utf8'));
    const config = JSON.parse(readFileSync(path(manifest.config.digest), 'utf8'));
    manifest.layers.push(manifest.layers.at(-1));
    config.rootfs.diff_ids.push(config.rootfs.diff_ids.at(-1));
    Object.assign(manifest.config, store(config));
    Object.assign(index.manifests[0], store(manifest));
    work.write('twice/index.json', JSON.stringify(index));
    expect(findingsOf('oci:twice:1.0').map(({ imports, message }) => `${imports} ${message}`)).toEqual([
      'files stands in more than one layer of imports',
      'java stands in more than one layer of imports',
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

  it('refuses what is for the store alone, and names a place that is none', () => {
    expect(work.run('verify', 'oci:image:1.0', '--remove')).toMatchObject({ exitCode: 2 });
    expect(work.run('verify', 'oci:nothing:1.0')).toMatchObject({ exitCode: 3 });
  });
});
