import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { blockPack } from './block-pack.ts';
import { startPodman } from './consumers/podman.ts';
import { hasTier, hasTool, tool } from './consumers/tiers.ts';
import { succeed } from './workspace.ts';

const scratch = mkdtempSync(join(tmpdir(), 'block-pack-base-layers-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const releases = ['12.7', '12.8'];
const tars = Object.fromEntries(releases.map((release) => [release, rootFileSystem(release)]));

/** What packs the first layers of Debian, distroless and busybox; all write to stdout what they read from stdin. */
const packers = ['pigz --best --no-time', 'gzip -1 -n', 'gzip -9', 'busybox gzip -c'];

describe.each(packers)('a base layer that is packed by %s', (packer) => {
  test.skipIf(!hasTool(packer.split(' ')[0] ?? ''))(
    'travels as what changed in it, and is the same layer at the site',
    () => {
      expectSmallUpdate(packer, (place, release) => {
        const packed = join(scratch, 'layer.tar.gz');
        succeed('sh', ['-c', `${packer} < ${tars[release]} > ${packed}`]);
        addImage(place, release, readFileSync(packed), readFileSync(tars[release] ?? ''));
        return `oci:${place}:${release}`;
      });
    },
  );
});

test.skipIf(!hasTool('skopeo'))('so does one that skopeo has packed', () => {
  expectSmallUpdate('skopeo', (place, release) => {
    const options = ['--insecure-policy', '--dest-compress', '--dest-compress-format', 'gzip'];
    succeed(tool('skopeo'), ['copy', ...options, plainImage(release), `oci:${place}:${release}`]);
    return `oci:${place}:${release}`;
  });
});

describe.skipIf(!hasTool('skopeo') || !hasTier('T2'))('podman', () => {
  const podman = startPodman(join(scratch, 'podman'));
  afterAll(() => podman.stop());

  test('packs layers that travel so, too', () => {
    expectSmallUpdate('podman-saved', (place, release) => {
      const unpacked = `${place}.docker.tar`;
      const name = `docker.io/library/layer:${release}`;
      const target = `docker-archive:${unpacked}:${name}`;
      succeed(tool('skopeo'), ['copy', '--insecure-policy', plainImage(release), target]);
      podman.load(unpacked);
      podman.save(name, `${place}.tar`, ['--format', 'oci-archive']);
      return `oci-archive:${place}.tar`;
    });
  });
});

/** @param imageAt makes the image of a release, and says where it is */
function expectSmallUpdate(name: string, imageAt: (place: string, release: string) => string): void {
  const at = (end: string) => join(scratch, `${name.replaceAll(' ', '')}-${end}`);
  // Each in a layout of its own: what has the older one must not have the newer one.
  const [old, latest] = releases.map((release) => imageAt(at(release), release)) as [string, string];
  const update = at('update.tar');
  done('bundle', latest, '--since', old, '-o', update, '--store', at('vendor-store'));
  expect(readFileSync(update).length).toBeLessThan(60_000);
  const wanted = `oci:${at('site')}:new`;
  done('apply', update, '--have', old, '--to', wanted, '--store', at('site-store'));
  expect(manifestOf(wanted)).toBe(manifestOf(latest));
  expect(done('verify', wanted)).toContain('all good');
}

function manifestOf(image: string): string {
  return JSON.parse(done('inspect', image, '--json')).digest;
}

/** Nothing in it is packed. */
function plainImage(release: string): string {
  const place = join(scratch, `plain-${release}`);
  const tar = readFileSync(tars[release] ?? '');
  addImage(place, release, tar, tar, '');
  return `oci:${place}:${release}`;
}

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

/** An image layout with one image of one layer. */
function addImage(place: string, tag: string, layer: Buffer, tar: Buffer, packing = '+gzip'): void {
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
    layers: [{ mediaType: `application/vnd.oci.image.layer.v1.tar${packing}`, ...put(layer) }],
  };
  const manifest = put(Buffer.from(JSON.stringify(document)));
  const annotations = { 'org.opencontainers.image.ref.name': tag };
  const index = { schemaVersion: 2, manifests: [{ mediaType, ...manifest, annotations }] };
  writeFileSync(join(place, 'index.json'), JSON.stringify(index));
  writeFileSync(join(place, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
}

function sha256(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
