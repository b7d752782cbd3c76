import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { BlockPackError, collect, digestOf } from '@block-pack/core';
import { fuzzRuns } from '@block-pack/core/testing';
import { closureOf, openImages, parsePlace } from '@block-pack/store';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ApplyCommandOptions, apply } from '../commands/apply.ts';
import { contextIn } from '../testing/command-context.ts';
import { type Fault, onFailingDisk } from '../testing/failing-disk.ts';
import { writeBase } from '../testing/fake-base.ts';
import { Layout } from '../testing/layout.ts';
import { Workplace } from '../testing/workplace.ts';

const work = new Workplace();
afterAll(() => work.remove());

const context = contextIn(work, 'site-store');

const words = Array.from({ length: 500 }, (_, i) => ((i * 2654435761) % 2 ** 32).toString(36)).join(' ');

/** Two releases, of which the base and a library changed: the bundle has texts, blocks and the tar of a layer. */
beforeAll(() => {
  for (const release of ['1.0', '1.1']) {
    work.writeJar(`lib-${release}`, 'org.ow2.asm:asm:9.7', { 'A.class': words });
    work.writeJar(`lib-${release}`, `com.example:shop:${release}`, { 'S.class': `shop ${release} ${words}` });
    done('java', `lib-${release}`, '--prefix', '/app/lib', '-o', `${release}.import`);
    writeBase(work, release, [{ file: 'etc/release', content: `${words} ${release}` }]);
    done(
      'image',
      `java=${release}.import`,
      '--base',
      `oci:base:${release}`,
      '-o',
      `oci:out-${release}:${release}`,
    );
  }
  const since = ['oci:out-1.1', '--since', 'oci:out-1.0'];
  done('bundle', ...since, '-o', 'plain.tar');
  done('bundle', ...since, '--self-contained', '-o', 'self-contained.tar');
  done('image', 'java=1.1.import', '--base', 'oci:base:1.0', '-o', 'oci:same-base:1.1');
  done('bundle', 'oci:same-base:1.1', '--since', 'oci:out-1.0', '-o', 'partial.tar');
  cpSync(work.path('out-1.0'), work.path('damaged'), { recursive: true });
  for (const layer of new Layout(work, 'damaged').layers('1.0')) {
    const path = work.path('damaged/blobs/sha256', layer.slice('sha256:'.length));
    const bytes = readFileSync(path);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    rmSync(path);
    writeFileSync(path, bytes);
  }
});

function done(...words: readonly string[]): void {
  const ran = work.run(...words);
  expect(ran.exitCode, ran.stderr).toBe(0);
}

function run(file: string, options: ApplyCommandOptions): Promise<unknown> {
  return apply(work.path(file), options, context);
}

/** Whether the release is at a place; if so, every byte of it must be right, but for the base of a partial archive. */
async function isPublished(place: string, vendor: string): Promise<boolean> {
  const opened = parsePlace(place, work.directory);
  if (!existsSync(opened.path)) return false;
  const images = await openImages(opened);
  try {
    const wanted = new Layout(work, vendor).published('1.1').digest;
    const [base] = new Layout(work, vendor).layers('1.1');
    const found = (await images.list()).find(({ descriptor }) => descriptor.digest === wanted);
    if (found === undefined) return false;
    const source = { ...images.blobs, has: async () => true, read: images.blobs.read.bind(images.blobs) };
    const { leaves, documents } = await closureOf([found.descriptor], source, undefined);
    for (const { digest, size } of [...leaves, ...documents])
      if (opened.kind !== 'docker-archive' || digest !== base)
        expect(digestOf(await collect(images.blobs.read(digest), size, digest))).toBe(digest);
    return true;
  } finally {
    images.close();
  }
}

/** Some changes of so many, others for another seed: to try each takes a minute. */
function spread(changes: number): readonly number[] {
  const { numRuns, seed = 0 } = fuzzRuns(8);
  const count = Math.min(changes, numRuns);
  const start = (seed * 0.618) % 1;
  return Array.from({ length: count }, (_, i) => Math.floor(((i + start) * changes) / count));
}

const cases = [
  {
    name: 'tars of layers into a layout',
    site: 'out-1.0',
    vendor: 'out-1.1',
    file: 'plain.tar',
    to: 'oci:site',
    options: {},
  },
  {
    name: 'a partial archive',
    site: 'out-1.0',
    vendor: 'same-base',
    file: 'partial.tar',
    to: 'docker-archive:new.tar',
    options: { have: ['oci:site:1.0'], partial: true },
  },
  {
    name: 'a self-contained bundle at a site that is damaged',
    site: 'damaged',
    vendor: 'out-1.1',
    file: 'self-contained.tar',
    to: 'oci:site',
    options: {},
  },
] as const;

describe.each(cases)('$name', ({ site, vendor, file, to, options }) => {
  const attempt = (at: number, fault: Fault) => onFailingDisk(at, fault, () => run(file, { to, ...options }));
  const reset = () => {
    for (const name of ['site', 'site-store', 'new.tar'])
      rmSync(work.path(name), { recursive: true, force: true });
    cpSync(work.path(site), work.path('site'), { recursive: true });
  };
  let changes = 0;
  beforeEach(async () => {
    reset();
    const whole = await attempt(Number.POSITIVE_INFINITY, 'full');
    expect(whole.error).toBeUndefined();
    expect(await isPublished(to, vendor)).toBe(true);
    changes = whole.changes;
    expect(changes).toBeGreaterThan(20);
  });

  it('is published whole or not at all, and completed by the next run, wherever it is killed', async () => {
    const seen = new Set<boolean>();
    for (const at of spread(changes)) {
      reset();
      const { error } = await attempt(at, 'killed');
      expect(error, `change ${at}`).toBeDefined();
      seen.add(await isPublished(to, vendor));
      await run(file, { to, ...options });
      expect(await isPublished(to, vendor), `after change ${at}`).toBe(true);
    }
    expect(seen).toContain(false);
  });

  it('says that the disk is full, wherever it is, and leaves the site as it was', async () => {
    for (const at of spread(changes)) {
      reset();
      const { error } = await attempt(at, 'full');
      if (error === undefined) continue;
      expect(error, `change ${at}`).toBeInstanceOf(BlockPackError);
      expect(error).toMatchObject({ code: 'DISK_FULL' });
      expect(await isPublished(to, vendor), `change ${at}`).toBe(false);
      const drafts = work.path('site-store/drafts');
      expect(existsSync(drafts) ? readdirSync(drafts) : []).toEqual([]);
      await run(file, { to, ...options });
      expect(await isPublished(to, vendor), `after change ${at}`).toBe(true);
    }
  });
});
