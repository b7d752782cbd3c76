import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { showFigures } from '../figures.ts';
import { builtCli, succeed } from '../workspace.ts';
import { expectAnswer } from './answer.ts';
import type { Consumer } from './consumer.ts';
import { startDocker } from './docker.ts';
import { type LonelyNetwork, lonelyNetwork, machineNetwork, type Network } from './network.ts';
import { startPodman } from './podman.ts';
import { digestInLayout } from './segments.ts';
import { basePlace, type Release, releasedService } from './services.ts';
import { hasTier, tool } from './tiers.ts';

/** How a site lives. What it gets on the stick: for each release one file, or parts of a bundle that is signed. */
interface Way {
  readonly what: string;
  readonly runtime: 'docker' | 'podman';
  readonly isLonely: boolean;
  readonly delivery: 'files' | 'signed parts';
}

const releases: readonly Release[] = ['1.0', '1.1', '1.2'];
/** The first release comes as a whole image, each later one as a bundle since the one before. */
const updates = releases.slice(1);
const installation = 'installation.tar';
const ways: readonly Way[] = [
  {
    what: 'a site with docker',
    runtime: 'docker',
    isLonely: false,
    delivery: 'files',
  },
  {
    what: 'a site with podman and no network at all',
    runtime: 'podman',
    isLonely: true,
    delivery: 'files',
  },
  {
    what: 'a site that wants its bundles signed, and gets them in parts',
    runtime: 'podman',
    isLonely: false,
    delivery: 'signed parts',
  },
];

const scratch = mkdtempSync(join(tmpdir(), 'block-pack-stick-'));
const at = (...names: string[]) => join(scratch, ...names);
/** All that goes from the vendor to its sites, by hand. */
const stick = at('stick');
const networks: LonelyNetwork[] = [];
const built = new Map<Release, string>();
const service = hasTier('T1') ? await releasedService() : undefined;

afterAll(() => {
  for (const network of networks) network.remove();
  rmSync(scratch, { recursive: true, force: true });
});

describe.skipIf(!hasTier('T2'))('three releases of a real application', () => {
  // The vendor is gone before a site sees the stick.
  beforeAll(() => {
    const vendor = at('vendor');
    const network = newLonelyNetwork('vendor');
    const place = (release: Release) => `oci:${join(vendor, 'images')}:${release}`;
    const store = ['--store', join(vendor, 'store')];
    mkdirSync(vendor);
    mkdirSync(stick);
    const key = join(vendor, 'release.key');
    succeed('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    cpSync(`${key}.pub`, join(stick, 'release.key.pub'));
    for (const [index, release] of releases.entries()) {
      const args = service?.pack(release, vendor, join(vendor, 'store')) ?? [];
      done(network, 'image', ...args, '--base', basePlace('java'), '-o', place(release), ...store);
      built.set(release, digestInLayout(join(vendor, 'images'), release));
      const earlier = releases[index - 1];
      if (earlier === undefined) {
        copyImage(place(release), `oci-archive:${join(stick, installation)}`);
        continue;
      }
      const bundle = ['bundle', place(release), '--since', place(earlier), ...store];
      mkdirSync(join(stick, release));
      done(network, ...bundle, '-o', join(stick, `${release}.tar`));
      done(network, ...bundle, '-o', join(stick, release, 'parts'), '--split', '10k', '--sign', key);
    }
    rmSync(vendor, { recursive: true });
    showFigures('What the stick carries', updates.map(carried));
  });

  describe.each(ways)('at $what', (way) => {
    const folder = at(`site-${ways.indexOf(way)}`);
    const images = join(folder, 'images');
    const store = ['--store', join(folder, 'store')];
    let network: Network;
    let runtime: Consumer;

    beforeAll(async () => {
      mkdirSync(folder);
      copyImage(`oci-archive:${join(stick, installation)}`, `oci:${images}:1.0`);
      network = way.isLonely ? newLonelyNetwork('site') : machineNetwork;
      const own = join(folder, way.runtime);
      runtime =
        way.runtime === 'docker' ? await startDocker(own, 'localhost', network) : startPodman(own, network);
    });
    afterAll(() => runtime?.stop());

    test.each(updates)('release %s becomes the image that the vendor built, and runs', async (release) => {
      done(network, 'apply', ...delivered(way, release), '--to', `oci:${images}:${release}`, ...store);
      expect(digestInLayout(images, release)).toBe(built.get(release));
      await expectRuns(release);
    });

    test('the first release is still there, and runs again', async () => {
      expect(digestInLayout(images, '1.0')).toBe(built.get('1.0'));
      expect(done(network, 'verify', `oci:${images}:1.0`, ...store)).toContain('all good');
      await expectRuns('1.0');
    });

    if (way.isLonely)
      test('no link leads anywhere', () => {
        expect(networks.map((one) => one.interfaces())).toEqual([['lo'], ['lo']]);
      });

    /** Loads it anew from what the site holds, so nothing is left of an earlier one. */
    async function expectRuns(release: Release): Promise<void> {
      if (service === undefined) throw new Error('no service was made');
      const [archive, name] = [join(folder, 'image.tar'), `localhost/service:${release}`];
      rmSync(archive, { force: true });
      copyImage(`oci:${images}:${release}`, `docker-archive:${archive}:${name}`);
      runtime.load(archive);
      const jars = runtime.run(name, ['/bin/ls', '/app/BOOT-INF/lib']).trim().split('\n');
      expect(jars.sort()).toEqual(jarsOf(release));
      await expectAnswer(runtime.start(name), service, network);
    }
  });
});

function newLonelyNetwork(whose: string): LonelyNetwork {
  const network = lonelyNetwork(`block-pack-${process.pid}-${whose}`);
  networks.push(network);
  return network;
}

function copyImage(from: string, to: string): void {
  succeed(tool('skopeo'), ['copy', '--quiet', '--insecure-policy', from, to]);
}

function done(network: Network, ...args: readonly string[]): string {
  return succeed(...network.within(process.execPath, [builtCli, ...args, '--quiet']));
}

/** What `apply` is told of a release. */
function delivered({ delivery }: Way, release: Release): readonly string[] {
  if (delivery === 'files') return [join(stick, `${release}.tar`)];
  return [join(stick, release), '--verify-key', join(stick, 'release.key.pub')];
}

function carried(release: Release): Readonly<Record<string, string | number>> {
  const { size } = statSync(join(stick, `${release}.tar`));
  return { release, bytes: size, 'signed parts': readdirSync(join(stick, release)).length };
}

function jarsOf(release: Release): readonly string[] {
  const folder = 'BOOT-INF/lib/';
  const paths = Object.keys(service?.files(release) ?? {});
  return paths
    .filter((path) => path.startsWith(folder))
    .map((path) => path.slice(folder.length))
    .sort();
}
