import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../process-run.mjs';

const page = join(root, 'docs/benchmarks.md');

/**
 * Puts a table between the marks of its case on the page of benchmarks; a page without them is left as it is.
 * @param isPart whether the rows of a table that is there already stay, where there are no new ones
 */
export function putOnPage(name, lines, isPart = false) {
  if (!existsSync(page)) return;
  const [start, end] = [`<!-- peers: ${name} -->`, `<!-- end of ${name} -->`];
  const text = readFileSync(page, 'utf8');
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${page} has no place for ${name}`);
  const head = text.slice(0, from + start.length);
  const old = text.slice(head.length, to).trim().split('\n');
  const all = isPart && old.length > lines.length ? joined(old, lines) : lines;
  writeFileSync(page, `${head}\n${all.join('\n')}\n${text.slice(to)}`);
}

/** A row is known by its first cell. */
function joined(old, fresh) {
  const cell = (line) => line.split('|')[1].trim();
  const rows = new Map(fresh.slice(2).map((line) => [cell(line), line]));
  return old.map((line, at) => (at < 2 ? fresh[at] : (rows.get(cell(line)) ?? line)));
}

/** Markdown: a table whose columns but the first are numbers. */
export function table(columns, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map((_, at) => (at === 0 ? '---' : '--:'))), ...rows.map(line)];
}

/** @param bytes undefined for a tool that was given up */
export function bytesText(bytes) {
  return bytes === undefined ? 'given up' : bytes.toLocaleString('en');
}

/** `1.2 s, 340 MB`, or nothing for what is not made. */
export function costText(run) {
  return run === undefined ? '' : `${run.cpu.toFixed(1)} s, ${run.peakMb.toFixed(0)} MB`;
}
