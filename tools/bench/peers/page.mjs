import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../process-run.mjs';

const page = join(root, 'docs/benchmarks.md');

/** Puts a table between the marks of its case on the page of benchmarks; a page without them is left as it is. */
export function putOnPage(name, lines) {
  if (!existsSync(page)) return;
  const [start, end] = [`<!-- peers: ${name} -->`, `<!-- end of ${name} -->`];
  const text = readFileSync(page, 'utf8');
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${page} has no place for ${name}`);
  writeFileSync(page, `${text.slice(0, from + start.length)}\n${lines.join('\n')}\n${text.slice(to)}`);
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
