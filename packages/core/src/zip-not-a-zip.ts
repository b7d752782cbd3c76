import type { RandomAccess } from './bytes.ts';
import type { BlockPackError } from './error.ts';
import { fetchAgain, zipError } from './zip-archive.ts';

/** What people have in place of an archive, by the first bytes. */
const beginnings: readonly { readonly begins: string; readonly is: string; readonly hint?: string }[] = [
  {
    begins: 'version https://git-lfs',
    is: 'it is a Git LFS pointer',
    hint: 'Fetch the file it stands for: "git lfs pull".',
  },
  { begins: '\x1f\x8b', is: 'it is gzip data', hint: 'Unpack it first, for example with "tar -xzf".' },
  { begins: 'BZh', is: 'it is bzip2 data', hint: 'Unpack it first, for example with "tar -xjf".' },
  { begins: '\xfd7zXZ', is: 'it is xz data', hint: 'Unpack it first, for example with "tar -xJf".' },
  { begins: '7z\xbc\xaf', is: 'it is a 7z archive', hint: 'Unpack it first with 7z.' },
  { begins: '\xca\xfe\xba\xbe', is: 'it is a class file', hint: 'Give the jar that the class belongs to.' },
  {
    begins: '\xca\xfe\xd0\x0d',
    is: 'it is a pack200 archive',
    hint: 'Unpack it first with unpack200 of Java 8 to 13.',
  },
  { begins: '\x7fELF', is: 'it is a native program or library' },
];

/** The error for a file without an end record: says what it is instead, as far as its first bytes tell. */
export async function notAZip(file: RandomAccess, name: string): Promise<BlockPackError> {
  if (file.size === 0)
    return zipError('ARCHIVE_INVALID', name, 'is not a zip archive: it is empty', { hint: fetchAgain });
  const head = Buffer.from(await file.read(0, Math.min(file.size, 64))).toString('latin1');
  if (head.startsWith('PK\x03\x04'))
    return zipError(
      'ARCHIVE_INVALID',
      name,
      `is cut off after ${file.size} bytes: it begins as a zip archive but has no whole end record`,
      { hint: fetchAgain },
    );
  if (head.startsWith('PK\x07\x08')) return splitArchive(name);
  const known = beginnings.find(({ begins }) => head.startsWith(begins));
  return zipError(
    'ARCHIVE_INVALID',
    name,
    `is not a zip archive: ${known?.is ?? `it begins with ${shown(head)}`}`,
    {
      hint: known?.hint ?? hintFor(head, name),
    },
  );
}

function shown(head: string): string {
  const text = head.slice(0, 24);
  const printable = /^[\x20-\x7e\t\r\n]*$/.test(text);
  return printable ? JSON.stringify(text) : `the bytes ${Buffer.from(text, 'latin1').toString('hex', 0, 8)}`;
}

function hintFor(head: string, name: string): string {
  const [extension] = /\.[a-z]+$/i.exec(name) ?? [];
  const expected = extension === undefined ? '' : `, as a ${extension} file is one`;
  return /^\s*<(!doctype|html|head|\?xml)/i.test(head)
    ? 'It looks like a web page: a download has probably been answered by a log-in or error page.'
    : `Expected a zip archive${expected}.`;
}

export function splitArchive(name: string): BlockPackError {
  return zipError('ARCHIVE_INVALID', name, 'is one part of a split archive', {
    hint: 'Join the parts first: "zip -s 0 parts.zip --out whole.zip".',
  });
}
