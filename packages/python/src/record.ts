import { BlockPackError, compareBytewise } from '@block-pack/core';

/**
 * A line of a RECORD: a file of the distribution, and what it was when it was published.
 * @see https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-record-file
 */
export interface RecordLine {
  readonly path: string;
  /** `sha256=<base64url without padding>`; empty where the installer has not said. */
  readonly hash: string;
  /** Decimal digits, or empty. */
  readonly size: string;
}

/**
 * Reads a RECORD: CSV with three columns, in the dialects of pip, uv and the builders of wheels.
 * @param name what the file is, for messages
 * @throws EVIDENCE_INVALID
 */
export function parseRecord(text: string, name: string): RecordLine[] {
  const lines: RecordLine[] = [];
  for (const { fields, line } of csvRows(text, name)) {
    const [path = '', hash = '', size = '', ...more] = fields;
    if (fields.length === 1 && path === '') continue;
    if (path === '' || more.some((field) => field !== ''))
      throw recordInvalid(name, line, 'it is no file, hash, size');
    if (size !== '' && !/^\d{1,16}$/.test(size))
      throw recordInvalid(name, line, `${JSON.stringify(size.slice(0, 40))} is no size`);
    if (hash !== '' && !/^[a-z0-9_]{1,20}=[\w-]{1,200}={0,2}$/.test(hash))
      throw recordInvalid(name, line, `${JSON.stringify(hash.slice(0, 40))} is no hash`);
    lines.push({ path, hash: hash.replace(/=+$/, ''), size: size === '' ? '' : String(BigInt(size)) });
  }
  return lines;
}

/** The one spelling of a RECORD: sorted bytewise, quotes only where they must be, line feeds. */
export function encodeRecord(lines: readonly RecordLine[]): string {
  const sorted = [...lines].sort((a, b) => compareBytewise(a.path, b.path));
  return sorted.map(({ path, hash, size }) => `${csvField(path)},${hash},${size}\n`).join('');
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

interface CsvRow {
  readonly fields: readonly string[];
  /** Counted from 1. */
  readonly line: number;
}

function* csvRows(text: string, name: string): Iterable<CsvRow> {
  let fields: string[] = [];
  let line = 1;
  let at = 0;
  while (at < text.length) {
    const field = text[at] === '"' ? quotedField(text, at) : plainField(text, at);
    if (field === undefined)
      throw recordInvalid(name, line, 'a quote is not closed, or something follows it');
    fields.push(field.value);
    at = field.end;
    if (text[at] === ',') {
      at++;
      if (at < text.length) continue;
      fields.push('');
    }
    yield { fields, line };
    fields = [];
    line++;
    if (text.startsWith('\r\n', at)) at++;
    at++;
  }
}

interface CsvField {
  readonly value: string;
  /** Where what follows it begins. */
  readonly end: number;
}

function plainField(text: string, start: number): CsvField {
  let end = start;
  while (end < text.length && !isEnd(text[end])) end++;
  return { value: text.slice(start, end), end };
}

function quotedField(text: string, start: number): CsvField | undefined {
  let quote = text.indexOf('"', start + 1);
  while (quote !== -1 && text[quote + 1] === '"') quote = text.indexOf('"', quote + 2);
  if (quote === -1 || !isEnd(text[quote + 1])) return undefined;
  return { value: text.slice(start + 1, quote).replaceAll('""', '"'), end: quote + 1 };
}

function isEnd(character: string | undefined): boolean {
  return character === undefined || character === ',' || character === '\n' || character === '\r';
}

export function recordInvalid(name: string, line: number, flaw: string): BlockPackError {
  return new BlockPackError('EVIDENCE_INVALID', `${name} cannot be understood: in line ${line}, ${flaw}`, {
    hint: 'Install the distribution again; RECORD says which files are its, so it cannot be cut without.',
    details: { path: name, line },
  });
}
