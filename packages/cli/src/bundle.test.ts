import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fakeClassOfAllForms, fakeJar } from '@block-pack/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeBase } from './testing/fake-base.ts';
import { Layout } from './testing/layout.ts';
import { Workplace } from './testing/workplace.ts';

/** Text that does not compress to nothing, the same on every day. */
function story(seed: number, words = 900): string {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8).toString(36);
  };
  return Array.from({ length: words }, next).join(' ');
}

let work: Workplace;
beforeEach(() => {
  work = new Workplace();
});
afterEach(() => work.remove());

/** Three libraries, of which only one changes from release to release, and a file that belongs to nobody. */
function makeImage(release: string, more: Readonly<Record<string, string>> = {}): void {
  const lib = `lib-${release}`;
  work.writeJar(lib, 'org.ow2.asm:asm:9.7', { 'A.class': story(1), 'B.class': story(2) });
  work.writeJar(lib, 'org.example:other:2.0', { 'O.class': story(3, 9000) });
  work.writeJar(lib, `com.example:shop:${release}`, {
    'S.class': `${story(4, 4000)}${release}`,
    'T.class': story(5),
  });
  for (const [path, content] of Object.entries(more)) work.write(`${lib}/${path}`, content);
  done('java', lib, '--prefix', '/app/lib', '-o', `${release}.import`);
  done('image', `java=${release}.import`, '-o', `oci:out:${release}`);
}

function done(...words: readonly string[]): string {
  const ran = work.run(...words);
  expect(ran.exitCode, ran.stderr).toBe(0);
  return ran.stdout;
}

/** The site has a copy of one release, and a store of its own. */
function site(release: string, directory = 'site'): void {
  done('image', `java=${release}.import`, '-o', `oci:${directory}:${release}`);
}

function apply(...words: readonly string[]) {
  return work.run('apply', ...words, '--store', 'site-store');
}

function digest(directory: string, tag: string): string {
  return new Layout(work, directory).published(tag).digest;
}

const bundleSize = (path = 'update.tar') => readFileSync(work.path(path)).length;

describe('block-pack bundle and apply', () => {
  it('carry only what changed to the customer, and make the same image there', () => {
    for (const release of ['1.0', '1.1']) makeImage(release);
    site('1.0');
    expect(done('bundle', 'oci:out:1.1', '--since', 'oci:out:1.0', '-o', 'update.tar')).toContain(
      digest('out', '1.1'),
    );
    expect(bundleSize()).toBeLessThan(12_000);
    const ran = apply('update.tar', '--to', 'oci:site');
    expect(ran.stderr).toBe('');
    expect(ran.exitCode).toBe(0);
    expect(digest('site', '1.1')).toBe(digest('out', '1.1'));
    expect(done('verify', 'oci:site:1.1')).toContain('all good');
    expect(digest('site', '1.0')).toBe(digest('out', '1.0'));
    expect(readdirSync(work.path('site-store/drafts'))).toEqual([]);
  });

  it('bring a whole image to a site that has nothing', () => {
    makeImage('1.0');
    done('bundle', 'oci:out:1.0', '-o', 'first.tar');
    expect(apply('first.tar', '--to', 'oci:site:stable').exitCode).toBe(0);
    expect(digest('site', 'stable')).toBe(digest('out', '1.0'));
    expect(done('verify', 'oci:site:stable')).toContain('all good');
  });

  it('fit a site that has any one of several pasts', () => {
    for (const release of ['1.0', '1.1', '1.2']) makeImage(release);
    done('bundle', 'oci:out:1.2', '--since', 'oci:out:1.0', '--since', 'oci:out:1.1', '-o', 'update.tar');
    for (const past of ['1.0', '1.1']) {
      site(past, `site-${past}`);
      expect(apply('update.tar', '--to', `oci:site-${past}`).exitCode).toBe(0);
      expect(digest(`site-${past}`, '1.2')).toBe(digest('out', '1.2'));
    }
  });

  it('bring a further version as a change of the first, to a site that has neither', () => {
    for (const release of ['1.0', '1.1']) makeImage(release);
    done('bundle', 'oci:out:1.0', '-o', 'update.tar');
    const alone = bundleSize();
    const { document } = work.json(
      'bundle',
      'oci:out:1.0',
      'oci:out:1.1',
      '--self-contained',
      '-o',
      'update.tar',
    );
    expect(document).toHaveProperty(
      'groups.2',
      expect.objectContaining({ holds: 'blocks', encoding: 'delta' }),
    );
    expect(bundleSize()).toBeLessThan(alone + 3000);
    expect(apply('update.tar', '--to', 'oci:site').exitCode).toBe(0);
    for (const release of ['1.0', '1.1']) expect(digest('site', release)).toBe(digest('out', release));
  });

  it('move a block for nothing when only its path changed', () => {
    makeImage('1.0');
    cpSync(work.path('lib-1.0'), work.path('lib-2.0/moved'), { recursive: true });
    done('java', 'lib-2.0', '--prefix', '/srv', '-o', '2.0.import');
    done('image', 'java=2.0.import', '-o', 'oci:out:2.0');
    const { document } = work.json('bundle', 'oci:out:2.0', '--since', 'oci:out:1.0', '-o', 'update.tar');
    expect(document.groups).toMatchObject([{ holds: 'texts' }]);
    site('1.0');
    expect(apply('update.tar', '--to', 'oci:site').exitCode).toBe(0);
    expect(digest('site', '2.0')).toBe(digest('out', '2.0'));
  });

  it('build upon images in other places, and publish into archives', () => {
    for (const release of ['1.0', '1.1']) makeImage(release);
    done('image', 'java=1.0.import', '-o', 'oci-archive:old.tar:1.0');
    done('bundle', 'oci:out:1.1', '--since', 'oci-archive:old.tar', '-o', 'update.tar');
    expect(apply('update.tar', '--have', 'oci-archive:old.tar', '--to', 'oci-archive:new.tar').exitCode).toBe(
      0,
    );
    expect(done('verify', 'oci-archive:new.tar')).toContain('all good');
  });

  it('say beforehand what each dependency would cost, and write nothing', () => {
    for (const release of ['1.0', '1.1']) makeImage(release);
    const words = ['bundle', 'oci:out:1.1', '--since', 'oci:out:1.0'];
    const { document } = work.json(...words, '--dry-run');
    expect(document.dependencies).toMatchObject([
      {
        to: 'pkg:maven/com.example/shop@1.1',
        from: 'pkg:maven/com.example/shop@1.0',
        encoding: 'delta',
        why: 'other version',
      },
    ]);
    expect(done(...words, '--dry-run')).toMatch(/other version {2}pkg:maven\/com\.example\/shop@1\.1/);
    done(...words, '-o', 'update.tar');
    expect(document.bytes).toBe(bundleSize());
    expect(work.run(...words).exitCode).toBe(2);
    expect(work.run(...words, '--dry-run', '-o', 'x').exitCode).toBe(2);
  });

  it('are smaller with --smallest, and say that values are mixed then', () => {
    const classes = Array.from(
      { length: 30 },
      (_, at) => [`a/C${at}.class`, fakeClassOfAllForms(`a/C${at}`)] as const,
    );
    work.write('lib/classes.jar', fakeJar(Object.fromEntries(classes)));
    done('java', 'lib', '--prefix', '/app/lib', '-o', 'java.import');
    done('image', 'java.import', '-o', 'oci:out:1.0');
    const words = ['bundle', 'oci:out:1.0', '--smallest'];
    const usual = work.json('bundle', 'oci:out:1.0', '--dry-run').document;
    const smallest = work.json(...words, '--dry-run').document;
    expect(usual.dependencies).toMatchObject([{ encoding: 'typed', mixed: false }]);
    expect(smallest.dependencies).toMatchObject([{ encoding: 'typed', mixed: true }]);
    expect(Number(smallest.bytes)).toBeLessThan(Number(usual.bytes));
    expect(done(...words, '--dry-run')).toContain('  typed, mixed  ');
    done(...words, '-o', 'update.tar');
    expect(done('inspect', 'update.tar')).toContain('  typed, mixed  ');
    expect(apply('update.tar', '--to', 'oci:site').exitCode).toBe(0);
  });

  it('give the same file for the same images', () => {
    for (const release of ['1.0', '1.1']) makeImage(release);
    for (const file of ['one.tar', 'deep/two.tar'])
      done('bundle', 'oci:out:1.1', '--since', 'oci:out:1.0', '-o', file, '--store', `${file}-store`);
    expect(readFileSync(work.path('one.tar')).equals(readFileSync(work.path('deep/two.tar')))).toBe(true);
  });

  it('can be run again, and then write nothing new', () => {
    for (const release of ['1.0', '1.1']) makeImage(release);
    site('1.0');
    done('bundle', 'oci:out:1.1', '--since', 'oci:out:1.0', '-o', 'update.tar');
    apply('update.tar', '--to', 'oci:site');
    const again = JSON.parse(apply('update.tar', '--to', 'oci:site', '--json').stdout);
    expect(again).toMatchObject({ images: [{ name: '1.1' }], newBytes: 0 });
    expect(again.madeBytes).toBe(0);
  });
});

describe('a bundle that cannot be applied', () => {
  /** Says no with the exit code, and leaves the site as it was. */
  function refused(exitCode: number, said: RegExp, ...words: readonly string[]): void {
    const before = existsSync(work.path('site')) ? work.read('site/index.json') : undefined;
    const ran = apply('update.tar', '--to', 'oci:site', ...words);
    expect(ran.stderr).toMatch(said);
    expect(ran.exitCode).toBe(exitCode);
    expect(existsSync(work.path('site')) ? work.read('site/index.json') : undefined).toBe(before);
    expect(readdirSync(work.path('site-store/drafts'))).toEqual([]);
  }

  beforeEach(() => {
    for (const release of ['1.0', '1.1']) makeImage(release);
    done('bundle', 'oci:out:1.1', '--since', 'oci:out:1.0', '-o', 'update.tar');
  });

  it('names what the site lacks', () => {
    refused(5, /update\.tar needs what is not there/);
    makeImage('3.0', { 'NOTICE.txt': 'notice' });
    site('3.0');
    refused(5, /: the document sha256:\w+ of an older image.*Apply the updates before it first/s);
    refused(5, /It brings 1\.1, and was made for a site that has 1\.0; here is 3\.0\. /);
  });

  it('says where the site may have the image for another platform', () => {
    done('image', 'java=1.0.import', '--platform', 'linux/arm64', '-o', 'oci:site:1.0');
    refused(5, /what is called 1\.0 here is another image, perhaps for another platform, which block-pack/);
  });

  it('is found when any bit of it is another one', () => {
    site('1.0');
    const bytes = readFileSync(work.path('update.tar'));
    for (let at = 3; at < bytes.length; at += Math.ceil(bytes.length / 6)) {
      const other = new Uint8Array(bytes);
      other[at] = (other[at] ?? 0) ^ 4;
      writeFileSync(work.path('update.tar'), other);
      refused(4, /update\.tar/);
    }
  });

  it('is found when it ends too early', () => {
    site('1.0');
    const bytes = readFileSync(work.path('update.tar'));
    for (const length of [0, 1000, bytes.length - 1]) {
      writeFileSync(work.path('update.tar'), bytes.subarray(0, length));
      refused(4, /update\.tar/);
    }
  });

  it('is none at all', () => {
    done('image', 'java=1.0.import', '-o', 'oci-archive:update.tar');
    refused(3, /is an image layout, but no bundle/);
    rmSync(work.path('update.tar'));
    refused(3, /There is no bundle at update\.tar/);
  });

  it('would bring a base whose layer is not the one that its config names', () => {
    writeBase(work, 'lying', [{ file: 'etc/os', content: 'os' }], {
      lies: { diffId: `sha256:${'0'.repeat(64)}` },
    });
    writeBase(work, 'honest', [{ file: 'etc/os', content: 'os' }]);
    done('bundle', 'oci:base:honest', '-o', 'honest.tar');
    expect(apply('honest.tar', '--to', 'oci:site').exitCode).toBe(0);
    const ran = work.run('bundle', 'oci:base:lying', '-o', 'lying.tar');
    expect(ran.stderr).toMatch(/the diffID of its layer sha256:[0-9a-f]{64} is/);
    expect(ran.exitCode).toBe(4);
    expect(existsSync(work.path('lying.tar'))).toBe(false);
  });

  it('finds that the layer at the site is damaged, and says where', () => {
    site('1.0');
    const [layer = ''] = new Layout(work, 'site').layers('1.0');
    const path = work.path('site/blobs/sha256', layer.slice(7));
    const bytes = readFileSync(path);
    const middle = bytes.length >> 1;
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    rmSync(path);
    writeFileSync(path, bytes);
    refused(4, new RegExp(layer));
  });
});

describe('a bundle that cannot be made', () => {
  it('leaves no file behind', () => {
    makeImage('1.0');
    for (const words of [['oci:out:9'], ['oci:nothing'], ['oci:out:1.0', '--since', 'oci:out:9']]) {
      expect(work.run('bundle', ...words, '-o', 'new/update.tar').exitCode).toBe(3);
      expect(existsSync(work.path('new/update.tar'))).toBe(false);
    }
    expect(work.run('bundle', 'oci:out:1.0', '-o', 'out').exitCode).toBe(2);
    expect(work.run('bundle', 'oci:out:1.0').exitCode).toBe(2);
  });

  it('never takes the place of what it is made of', () => {
    makeImage('1.0');
    done('image', 'java=1.0.import', '-o', 'oci-archive:old.tar:1.0');
    const ran = work.run('bundle', 'oci:out:1.0', '--since', 'oci-archive:old.tar', '-o', 'old.tar');
    expect(ran.exitCode).toBe(2);
    expect(done('verify', 'oci-archive:old.tar')).toContain('all good');
  });
});
