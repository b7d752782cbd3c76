import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BundleGroup, type Digest, digestHex } from '@block-pack/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apply } from '../commands/apply.ts';
import { bundleInGroups, type GroupedBundle } from '../testing/bundle-in-groups.ts';
import { contextIn } from '../testing/command-context.ts';
import { onFailingDisk } from '../testing/failing-disk.ts';
import { Layout } from '../testing/layout.ts';
import { Workplace } from '../testing/workplace.ts';
import { basesOf } from './prerequisites.ts';

const work = new Workplace();
afterAll(() => work.remove());

const context = contextIn(work, 'site-store');

const words = (seed: number) =>
  Array.from({ length: 500 }, (_, i) => (((i + seed * 977) * 2654435761) % 2 ** 32).toString(36)).join(' ');

/** An image of jars as `part-1:1.0`; half of a part is its own, and a few bytes are its version's. */
function image(tag: string, ...parts: readonly string[]): void {
  for (const part of parts) {
    const [name = '', version = ''] = part.split(':');
    const own = words(name.charCodeAt(name.length - 1));
    const content = { 'S.class': `${version} ${words(0)} ${own} ${version}` };
    work.writeJar(`lib-${tag}`, `com.example:${part}`, content);
  }
  done('java', `lib-${tag}`, '--prefix', '/app/lib', '-o', `${tag}.import`);
  done('image', `java=${tag}.import`, '-o', `oci:out-${tag}:${tag}`);
}

function done(...words: readonly string[]): void {
  const ran = work.run(...words);
  expect(ran.exitCode, ran.stderr).toBe(0);
}

const bundle = (options: GroupedBundle) => bundleInGroups(work, options, context);

/** Bytes of two parts, which are all of about the same size. */
const twoParts = () => 2 * statSync(work.path('lib-1.0/part-1-1.0.jar')).size;

const run = (file: string) => apply(work.path(file), { to: 'oci:site' }, context);

/** A site that has the image of a tag, or none. */
function newSite(tag?: string): void {
  for (const name of ['site', 'site-store']) rmSync(work.path(name), { recursive: true, force: true });
  if (tag !== undefined) cpSync(work.path(`out-${tag}`), work.path('site'), { recursive: true });
}

/** Whether the site has the image of a tag; if so, every byte of it must be right. */
function isThere(tag: string): boolean {
  if (!existsSync(work.path('site'))) return false;
  const { digest } = new Layout(work, `out-${tag}`).published(tag);
  if (!work.read('site/index.json').includes(digest)) return false;
  done('verify', `oci:site@${digest}`);
  return true;
}

async function expectApplied(file: string, from: string | undefined, to: string): Promise<void> {
  newSite(from);
  await run(file);
  expect(isThere(to), `from ${from}`).toBe(true);
}

/** Kills it once with each number of groups that are whole, and runs it again. */
async function expectResumable(
  file: string,
  { from, to, groups }: { from: string | undefined; to: string; groups: readonly BundleGroup[] },
): Promise<void> {
  const attempt = (at: number) => {
    newSite(from);
    return onFailingDisk(at, 'killed', () => run(file));
  };
  const { changes } = await attempt(Number.POSITIVE_INFINITY);
  const drafts = work.path('site-store/drafts');
  const left = new Set<number>();
  for (const at of places(changes)) {
    if (left.size > groups.length) break;
    await attempt(at);
    const scratch = existsSync(drafts) ? readdirSync(drafts) : [];
    const isMade = ({ digest }: { digest: Digest }) =>
      scratch.some((name) => existsSync(join(drafts, name, digestHex(digest))));
    const whole = groups.filter(({ objects }) => objects.every(isMade)).length;
    if (left.has(whole)) continue;
    left.add(whole);
    await run(file);
    expect(isThere(to), `with ${whole} groups`).toBe(true);
  }
  expect([...left].sort()).toEqual(Array.from({ length: groups.length + 1 }, (_, at) => at));
}

/** Every third, then those between. Segments are written beside blocks, so as many changes do not always leave the same: all are tried several times, if need be. */
function places(count: number): number[] {
  const thirds = [0, 1, 2].flatMap((first) =>
    Array.from({ length: Math.ceil((count - first) / 3) }, (_, at) => first + 3 * at),
  );
  return Array.from({ length: 5 }, () => thirds).flat();
}

const parts = (version: string) => Array.from({ length: 6 }, (_, at) => `part-${at + 1}:${version}`);
const counts = (groups: readonly BundleGroup[]) => groups.map(({ objects }) => objects.length);

/** By its place, whether objects of a group are written against what an earlier one makes. */
function buildsUponGroups(groups: readonly BundleGroup[]): boolean[] {
  return groups.map((group, at) => {
    const earlier = new Set(
      groups.slice(0, at).flatMap(({ objects }) => objects.map(({ digest }) => digest)),
    );
    return basesOf(group).some(({ digest }) => earlier.has(digest));
  });
}

beforeAll(() => {
  image('1.0', ...parts('1.0'));
  image('1.1', ...parts('1.1'));
  image('1.2', ...parts('1.2'));
  image('both', ...parts('1.1'), ...parts('1.2'));
});

describe('a bundle of several groups of blocks', () => {
  it('is completed by the next run where it is killed between any two, at a site that has nothing', async () => {
    const groups = await bundle({ wanted: 'oci:out-1.1:1.1', file: 'first.tar', groupSize: twoParts() });
    expect(counts(groups)).toEqual([2, 2, 2]);
    await expectResumable('first.tar', { from: undefined, to: '1.1', groups });
  });

  it('is so where each changes what the site has', async () => {
    const groups = await bundle({
      wanted: 'oci:out-1.1:1.1',
      since: ['oci:out-1.0'],
      file: 'update.tar',
      groupSize: twoParts(),
    });
    expect(counts(groups)).toEqual([2, 2, 2]);
    expect(groups.map((group) => basesOf(group).length)).toEqual([2, 2, 2]);
    await expectResumable('update.tar', { from: '1.0', to: '1.1', groups });
  });

  it('is so where a later one changes what an earlier one has made', async () => {
    const news = ['new-7:1.0', 'new-7:1.1', 'new-8:1.0', 'new-8:1.1', 'new-9:1.0', 'new-9:1.1'];
    image('2.0', ...parts('1.1'), ...news);
    const groups = await bundle({
      wanted: 'oci:out-2.0:2.0',
      since: ['oci:out-1.0'],
      file: 'versions.tar',
      groupSize: twoParts(),
    });
    expect(buildsUponGroups(groups)).toEqual([false, false, false, false, false, true, true]);
    await expectResumable('versions.tar', { from: '1.0', to: '2.0', groups });
  });

  it('shares a base between groups', async () => {
    const groups = await bundle({
      wanted: 'oci:out-both:both',
      since: ['oci:out-1.0'],
      file: 'both.tar',
      groupSize: twoParts() / 2,
    });
    const bases = groups.flatMap((group) => basesOf(group).map(({ digest }) => digest));
    expect(new Set(bases).size).toBeLessThan(bases.length);
    await expectApplied('both.tar', '1.0', 'both');
  });

  it('leads from any of two releases to the next, in steps that have several each', async () => {
    const groups = await bundle({
      wanted: 'oci:out-1.2:1.2',
      since: ['oci:out-1.1', 'oci:out-1.0'],
      file: 'steps.tar',
      groupSize: twoParts(),
    });
    expect(counts(groups)).toEqual([2, 2, 2, 2, 2, 2]);
    expect(buildsUponGroups(groups)).toEqual([false, false, false, true, true, true]);
    await expectResumable('steps.tar', { from: '1.0', to: '1.2', groups });
    await expectApplied('steps.tar', '1.1', '1.2');
  });

  it('brings what the site has in groups of their own, where that is damaged and it is self-contained', async () => {
    await bundle({
      wanted: 'oci:out-both:both',
      since: ['oci:out-1.1'],
      file: 'self-contained.tar',
      groupSize: twoParts(),
      selfContained: true,
    });
    newSite('1.1');
    const [layer = ''] = new Layout(work, 'site').layers('1.1');
    const path = work.path('site/blobs/sha256', layer.slice('sha256:'.length));
    const bytes = readFileSync(path);
    const at = (bytes.length * 3) >> 2;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    rmSync(path);
    writeFileSync(path, bytes);
    const warnings: string[] = [];
    const warn = ({ code }: { code: string }) => void warnings.push(code);
    await apply(work.path('self-contained.tar'), { to: 'oci:site' }, { ...context, warn });
    expect(warnings).toEqual(['SITE_DAMAGED']);
    expect(isThere('both')).toBe(true);
    await expectApplied('self-contained.tar', undefined, 'both');
  });
});
