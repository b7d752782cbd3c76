import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { collect, type TreeEntry } from '@block-pack/core';
import fc from 'fast-check';
import { Header, type HeaderData, Pax } from 'tar';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openInput } from './disk-input.ts';
import { temporaryFolder } from './testing/processes.ts';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let scratch: string;
let count = 0;
beforeEach(() => {
  scratch = join(folder, `scratch-${count++}`);
  mkdirSync(scratch);
});

describe('a tar archive as input', () => {
  const members = [
    directory('./'),
    directory('./app/'),
    file('./app/run', 'run', { mode: 0o755 }),
    directory('./app/'),
    link('app/current', 'run'),
    hardLink('app/same', './app/run'),
    file('app/empty', ''),
    directory('app/nothing'),
    file('implied/above/x', 'x'),
  ];

  it.each(['app.tar', 'app.tar.gz', 'app.tgz', 'APP.TGZ'])('gives what it holds (%s)', async (name) => {
    const { entries, close } = await open(tar(members), name);
    expect(entries.map(shown)).toEqual([
      'symlink app/current -> run',
      'file app/empty',
      'directory app/nothing',
      'file* app/run',
      'file* app/same',
      'file implied/above/x',
    ]);
    const texts = await Promise.all(entries.map(text));
    expect(texts).toEqual(['', '', '', 'run', 'run', 'x']);
    await close();
    expect(readdirSync(scratch)).toEqual([]);
  });

  it('knows names that need extended headers, however they fall', async () => {
    const long = `dir/${'ü'.repeat(90)}/${'語'.repeat(60)}`;
    const filler = Array.from({ length: 40 }, (_, at) => file(`filler-${at}`, 'x'.repeat(at * 331)));
    const { entries } = await open(tar([...filler, file(long, 'long'), link('dir/l', 'ü'.repeat(120))]));
    const found = entries.find((entry) => entry.path === long);
    expect(found && (await text(found))).toBe('long');
    expect(entries.find((entry) => entry.path === 'dir/l')).toMatchObject({ target: 'ü'.repeat(120) });
  });

  it.each([
    ['an absolute name', [file('/etc/passwd', 'x')]],
    ['..', [file('../x', 'x')]],
    ['.. inside', [file('a/../../x', 'x')]],
    ['a file twice', [file('a', '1'), file('a', '2')]],
    ['a file twice, in two spellings', [file('a', '1'), file('./a', '2')]],
    ['a directory where a file is', [file('a', '1'), directory('a/')]],
    ['a file below a file', [file('a', '1'), file('a/b', '2')]],
    ['a file below a link', [directory('d'), link('l', 'd'), file('l/x', 'x')]],
    ['a link where a directory is', [file('d/x', 'x'), link('d', 'elsewhere')]],
    ['a hard link to what is not there', [hardLink('a', '/etc/passwd')]],
    ['a hard link to what is not in it', [hardLink('a', 'b')]],
    ['a hard link through a link', [link('l', 'f'), file('f', 'x'), hardLink('h', 'l')]],
    ['a device', [member({ path: 'null', type: 'CharacterDevice' })]],
    ['a pipe', [member({ path: 'pipe', type: 'FIFO' })]],
    ['a kind that nobody knows', [withType(file('sparse', 'x'), 'S')]],
    ['nothing but garbage', [Buffer.alloc(1024, 'garbage ')]],
  ])('is refused when it holds %s', async (_, bad) => {
    await expect(open(tar([file('good', 'good'), ...bad]))).rejects.toMatchObject({
      code: expect.stringMatching(/^ARCHIVE_INVALID$/),
    });
    expect(readdirSync(scratch)).toEqual([]);
  });

  it.each(['/etc', '../out', 'a/../../../out'])('is refused when a link leads to %s', async (target) => {
    await expect(open(tar([link('d/l', target === '../out' ? '../../out' : target)]))).rejects.toMatchObject({
      code: 'LINK_ESCAPES',
    });
  });

  it('is refused when a name is not UTF-8', async () => {
    const bad = file('caf_', 'x');
    bad[3] = 0xe9;
    await expect(open(tar([rechecked(bad)]))).rejects.toMatchObject({ code: 'NAME_UNSUPPORTED' });
  });

  it('is refused when it ends too early, wherever that is', async () => {
    const whole = tar([file('a', 'x'.repeat(700)), file('b', 'y')]);
    for (const length of [0, 1, 511, 512, 900, 1536, 1537, 2048, 2560]) {
      await expect(open(whole.subarray(0, length)), `${length} bytes`).rejects.toMatchObject({
        code: 'ARCHIVE_INVALID',
      });
    }
    const packed = gzipSync(whole);
    for (const length of [5, packed.length >> 1, packed.length - 1]) {
      await expect(openRaw(packed.subarray(0, length), 'app.tgz'), `${length} bytes`).rejects.toMatchObject({
        code: 'ARCHIVE_INVALID',
      });
    }
  });

  it('is refused when it is a bomb, before it fills the disk', async () => {
    const packed = gzipSync(tar([file('zeros', Buffer.alloc(160 << 20))]), { level: 9 });
    await expect(openRaw(packed, 'bomb.tgz')).rejects.toMatchObject({ code: 'ARCHIVE_BOMB' });
    expect(readdirSync(scratch)).toEqual([]);
  });

  it('leaves nothing behind when it is stopped', async () => {
    writeFileSync(join(folder, 'stopped.tar'), tar(members));
    const signal = AbortSignal.abort();
    const opening = openInput(join(folder, 'stopped.tar'), {
      scratch: { scratchDirectory: scratch },
      signal,
    });
    await expect(opening).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(readdirSync(scratch)).toEqual([]);
  });

  it('gives or refuses, and never fails otherwise, whatever bytes are changed', async () => {
    const whole = tar(members);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        async (changes) => {
          const bytes = Buffer.from(whole);
          for (const [at, byte] of changes) bytes[at] = byte;
          await expectEntriesOrRefusal(bytes);
        },
      ),
      { numRuns: 150 },
    );
  });
});

async function expectEntriesOrRefusal(bytes: Buffer): Promise<void> {
  try {
    const { entries, close } = await open(bytes);
    for (const entry of entries) await text(entry);
    await close();
  } catch (error) {
    expect(error).toHaveProperty('name', 'BlockPackError');
  }
  expect(readdirSync(scratch)).toEqual([]);
}

interface Opened {
  readonly entries: readonly TreeEntry[];
  close(): Promise<void>;
}

function open(bytes: Buffer, name = 'app.tar'): Promise<Opened> {
  return openRaw(/gz$/i.test(name) ? gzipSync(bytes) : bytes, name);
}

async function openRaw(bytes: Buffer, name: string): Promise<Opened> {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  const input = await openInput(path, { scratch: { scratchDirectory: scratch } });
  return { entries: await input.directory.entries(), close: () => input.close() };
}

function shown(entry: TreeEntry): string {
  const mark = entry.kind === 'file' && entry.executable ? '*' : '';
  return `${entry.kind}${mark} ${entry.path}${entry.kind === 'symlink' ? ` -> ${entry.target}` : ''}`;
}

async function text(entry: TreeEntry): Promise<string> {
  return entry.kind === 'file'
    ? Buffer.from(await collect(entry.read(), 1 << 20, entry.path)).toString()
    : '';
}

function tar(members: readonly Buffer[]): Buffer {
  return Buffer.concat([...members, Buffer.alloc(1024)]);
}

function file(path: string, content: string | Buffer, more: HeaderData = {}): Buffer {
  return member({ path, type: 'File', ...more }, Buffer.from(content));
}

function directory(path: string): Buffer {
  return member({ path, type: 'Directory' });
}

function link(path: string, linkpath: string): Buffer {
  return member({ path, linkpath, type: 'SymbolicLink' });
}

function hardLink(path: string, linkpath: string): Buffer {
  return member({ path, linkpath, type: 'Link' });
}

function member(data: HeaderData, content: Buffer = Buffer.alloc(0)): Buffer {
  const fields: HeaderData = { mode: 0o644, size: content.length, mtime: new Date(0), ...data };
  const header = new Header(fields);
  header.encode();
  const { mtime: _, ...timeless } = fields;
  const pax = header.needPax ? new Pax(timeless).encode() : Buffer.alloc(0);
  const block = header.block ?? Buffer.alloc(512);
  return Buffer.concat([pax, block, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

function withType(bytes: Buffer, type: string): Buffer {
  bytes[156] = type.charCodeAt(0);
  return rechecked(bytes);
}

/** Sets a header's checksum anew. */
function rechecked(bytes: Buffer): Buffer {
  bytes.fill(' ', 148, 156);
  const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return bytes;
}
