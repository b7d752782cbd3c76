import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { blockPack } from './block-pack.ts';
import { hasTool } from './consumers/tiers.ts';
import { succeed } from './workspace.ts';

const scratch = mkdtempSync(join(tmpdir(), 'block-pack-base-layers-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** What packs the first layers of Debian, distroless and busybox; all write to stdout what they read from stdin. */
const packers = ['pigz --best --no-time', 'gzip -1 -n', 'gzip -9', 'busybox gzip -c'];

const releases = ['12.7', '12.8'];
const tars = Object.fromEntries(releases.map((release) => [release, rootFileSystem(release)]));

describe.each(packers)('a base layer that is packed by %s', (packer) => {
  test.skipIf(!hasTool(packer.split(' ')[0] ?? ''))(
    'travels as what changed in it, and is the same layer at the site',
    () => {
      const place = join(scratch, packer.replaceAll(' ', ''));
      const digests = releases.map((release) => {
        const packed = join(scratch, 'layer.tar.gz');
        succeed('sh', ['-c', `${packer} < ${tars[release]} > ${packed}`]);
        return addImage(place, release, readFileSync(packed), readFileSync(tars[release] ?? ''));
      });
      const [old, latest] = releases.map((release) => `oci:${place}:${release}`) as [string, string];
      const update = join(scratch, 'update.tar');
      const store = ['--store', join(scratch, 'store')];
      done('bundle', latest, '--since', old, '-o', update, ...store);
      expect(readFileSync(update).length).toBeLessThan(60_000);
      const site = `${place}-site`;
      done('apply', update, '--have', old, '--to', `oci:${site}:new`, ...store);
      const { manifests } = JSON.parse(readFileSync(join(site, 'index.json'), 'utf8'));
      expect(manifests[0].digest).toBe(digests[1]);
      expect(done('verify', `oci:${site}:new`)).toContain('all good');
    },
  );
});

function done(...args: readonly string[]): string {
  const { exitCode, stdout, stderr } = blockPack(args);
  if (exitCode !== 0) throw new Error(`block-pack ${args.join(' ')} ended with ${exitCode}: ${stderr}`);
  return stdout;
}

/** A tar of a megabyte and a half of words and noise, of which one file is the release's own. */
function rootFileSystem(release: string): string {
  const directory = join(scratch, release);
  mkdirSync(directory);
  writeFileSync(join(directory, 'release'), `VERSION=${release}\n`.repeat(200));
  let state = 7;
  const next = () => {
    state = (Math.imul(state, 1103515245) + 12345) | 0;
    return state >>> 12;
  };
  for (let file = 0; file < 30; file++) {
    const words = Array.from({ length: 10_000 }, () => (next() % 3000).toString(36));
    writeFileSync(join(directory, `words-${file}`), words.join(' '));
  }
  writeFileSync(join(directory, 'noise'), Buffer.from(Array.from({ length: 200_000 }, next)));
  const tar = `${directory}.tar`;
  const same = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--mode=go=rX'];
  succeed('tar', [...same, '-C', directory, '-cf', tar, '.']);
  return tar;
}

/** @returns the digest of its manifest */
function addImage(place: string, tag: string, layer: Buffer, tar: Buffer): string {
  const blobs = join(place, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  const put = (bytes: Buffer) => {
    const digest = sha256(bytes);
    writeFileSync(join(blobs, digest.slice(7)), bytes);
    return { digest, size: bytes.length };
  };
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const rootfs = { type: 'layers', diff_ids: [sha256(tar)] };
  const config = put(Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs })));
  const document = {
    schemaVersion: 2,
    mediaType,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', ...put(layer) }],
  };
  const manifest = put(Buffer.from(JSON.stringify(document)));
  const index = join(place, 'index.json');
  const others = tag === releases[0] ? [] : JSON.parse(readFileSync(index, 'utf8')).manifests;
  const annotations = { 'org.opencontainers.image.ref.name': tag };
  writeFileSync(
    index,
    JSON.stringify({ schemaVersion: 2, manifests: [...others, { mediaType, ...manifest, annotations }] }),
  );
  writeFileSync(join(place, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  return manifest.digest;
}

function sha256(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
