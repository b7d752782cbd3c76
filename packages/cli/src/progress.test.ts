import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Compared } from './bundle/compared.ts';
import type { Console } from './console.ts';
import { type Progress, progressOn } from './progress.ts';

let lines: string[];
let progress: Progress;

function watch(live: boolean, columns = 80): void {
  lines = [];
  const plain = (text: string) => text;
  const console: Console = {
    live,
    columns,
    out: plain,
    err: (text) => void lines.push(text.replace('\r\u001b[2K', '')),
    bold: plain,
    dim: plain,
  };
  progress = progressOn(console, false);
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

describe('the progress line of a terminal', () => {
  it('names what comes next at once, and counts now and then', () => {
    watch(true);
    progress.show('reading 1 of 3');
    vi.advanceTimersByTime(100);
    for (const text of ['reading 2 of 3', 'reading 3 of 3', 'comparing 0 of 9', 'comparing 1 of 9'])
      progress.show(text);
    expect(lines).toEqual(['reading 2 of 3', 'comparing 0 of 9']);
  });

  it('is never longer than the terminal is wide, and lets no hostile name through', () => {
    watch(true, 20);
    vi.advanceTimersByTime(100);
    progress.show(`writing oci:\u001b]0;owned\u0007${'x'.repeat(90)}`);
    expect(lines[0]).toMatch(/^writing oci:[ -~]{7}$/);
  });

  it('counts groups together, however many are under way', () => {
    watch(true);
    const compared = new Compared('comparing blocks', 3_000_000, progress);
    const seen: string[] = [];
    const [first, second] = [compared.ofGroup(1_000_000), compared.ofGroup(2_000_000)];
    const steps = [() => first(500_000), () => second(1_000_000), () => first(0), () => first(1_000_000)];
    for (const step of steps) {
      vi.advanceTimersByTime(100);
      step();
      seen.push(lines.at(-1) ?? '');
    }
    expect(seen.map((line) => /, ([0-9.]+ k?M?B) of 3.0 MB$/.exec(line)?.[1])).toEqual([
      '500.0 kB',
      '1.5 MB',
      '1.5 MB',
      '2.0 MB',
    ]);
  });

  it('names at once what is done while the count stands still', () => {
    watch(true);
    vi.advanceTimersByTime(100);
    const compared = new Compared('comparing blocks', 3_000_000, progress);
    compared.tell('sorting', 2_000_000);
    compared.add(1000);
    expect(lines).toEqual([
      'comparing blocks, 0 B of 3.0 MB',
      'comparing blocks, sorting 2.0 MB, at 0 B of 3.0 MB',
      'comparing blocks, 1.0 kB of 3.0 MB',
    ]);
  });
});

describe('progress in a log', () => {
  it('is a line every few seconds, whatever is done', () => {
    watch(false);
    for (const text of ['reading 1 of 3', 'comparing 1 of 3', 'comparing 2 of 3', 'comparing 3 of 3']) {
      vi.advanceTimersByTime(2500);
      progress.show(text);
    }
    expect(lines).toEqual(['comparing 1 of 3\n', 'comparing 3 of 3\n']);
  });
});
