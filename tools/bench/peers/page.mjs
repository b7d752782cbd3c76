import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../process-run.mjs';

const page = join(root, 'docs/benchmarks.md');

/** Puts the rows of a table between the marks of its case on the page of benchmarks, in the place of those of the same names; a page without marks is left as it is. */
export function putOnPage(name, lines) {
  if (!existsSync(page)) return;
  const [start, end] = [`<!-- peers: ${name} -->`, `<!-- end of ${name} -->`];
  const text = readFileSync(page, 'utf8');
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${page} has no place for ${name}`);
  const head = text.slice(0, from + start.length);
  const rows = joined(text.slice(head.length, to).trim().split('\n'), lines);
  writeFileSync(page, `${head}\n${rows.join('\n')}\n${text.slice(to)}`);
}

/** A row is known by its first cell; the first two lines are the head of a table. */
function joined(old, lines) {
  const rowsOf = (all) => all.slice(2).map((line) => [line.split('|')[1].trim(), line]);
  return [...lines.slice(0, 2), ...new Map([...rowsOf(old), ...rowsOf(lines)]).values()];
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
