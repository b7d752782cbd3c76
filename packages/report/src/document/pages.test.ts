import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Contents } from '../contents/contents.ts';
import { historyOf } from '../forecast/history-of.ts';
import { shareContents } from '../share/share-contents.ts';
import { type FakeLine, fakeContents } from '../testing/fake-contents.ts';
import { printable } from '../text/table.ts';
import { formats } from './formats.ts';
import type { ReportDocument } from './report-document.ts';

/** Any that Unicode has. What fast-check has for it, `binary`, takes 0.8 s to begin. */
const character = fc.nat(0x10ffff).map((code) => String.fromCodePoint(code));

async function share(...images: readonly Contents[]): Promise<ReportDocument> {
  return { kind: 'share', sharing: await shareContents(images) };
}

async function forecast(name: string, ...states: readonly (readonly FakeLine[])[]): Promise<ReportDocument> {
  const commits = states.map((lines, at) => ({
    name,
    commit: String(at).repeat(40),
    time: Date.parse('2024-01-15T00:00:00Z') / 1000 + at * 3_000_000,
    contents: fakeContents(lines),
  }));
  return { kind: 'forecast', history: await historyOf([name], commits) };
}

const old: FakeLine = ['/asm.jar', 'a'.repeat(1200), 'maven/org.ow2.asm/asm@9.7'];
const current: FakeLine = ['/asm.jar', 'b'.repeat(1300), 'maven/org.ow2.asm/asm@9.8'];
const both = [fakeContents([old], 'java', {}, 'shop'), fakeContents([current], 'java', {}, 'cart')];

describe('what images share', () => {
  test('is a matrix and what to align, as text', async () => {
    expect(formats.text(await share(...both), {})).toBe(
      [
        '2 images: 2.5 kB each by itself, 2.5 kB together, 0.0 % saved\n',
        '0 B of that is in every image.\n',
        '1 package in different versions; aligned, they would ship 1.2 kB less.\n',
        '\nIn common (2)\n',
        '  #  IMAGE    SIZE  SHARED   #1   #2\n',
        '  1  shop   1.2 kB     0 B    -  0 B\n',
        '  2  cart   1.3 kB     0 B  0 B    -\n',
        '\nAlign these, and ship less (1): in this order; taken that one version serves every image, and that its block is the one that is there\n',
        '  PACKAGE          TO   FROM     STEP   IMAGES   SAVES\n',
        '  org.ow2.asm:asm  9.8  9.7 (1)  minor       1  1.2 kB\n',
      ].join(''),
    );
  });

  test('is a table of versions in a spreadsheet', async () => {
    expect(formats.csv(await share(...both), {}).split('\r\n')).toEqual([
      'ecosystem,package,version,common,step,images,bytes,moving,saves',
      'maven,org.ow2.asm:asm,9.7,no,minor,1,1200,,',
      'maven,org.ow2.asm:asm,9.8,yes,minor,1,1300,1,1200',
      '',
    ]);
  });

  test('names the nearest where the matrix has no room for all', async () => {
    const ten = Array.from({ length: 10 }, (_, at) =>
      fakeContents([at < 5 ? old : current], 'java', {}, `s${at}`),
    );
    const text = formats.text(await share(...ten), {});
    expect(text).toMatch(/#8 +MOST WITH\n/);
    expect(text).toMatch(/^ +6 +s0 .* s1\n/m);
  });
});

describe('what updates have cost', () => {
  test('is a pace, months and packages, as text', async () => {
    expect(formats.text(await forecast('java.import', [old], [current]), {})).toBe(
      [
        '1 update in 2 months shipped 1.3 kB; as a layer each time 1.3 kB\n',
        'java.import\n',
        '650 B a month on average: 1.3 kB in the last month, 0 B in the one before.\n',
        'At that pace, the next 12 months ship 15.6 kB.\n',
        '\nMonths (2)\n',
        '  MONTH    UPDATES  SHIPPED  AS LAYERS\n',
        '  2024-02        1   1.3 kB     1.3 kB\n',
        '  2024-01        0      0 B        0 B\n',
        '\nWhat costs most (1)\n',
        '  PACKAGE          LAST  UPDATES  SHIPPED  SHARE\n',
        '  org.ow2.asm:asm  9.8         1   1.3 kB  100 %\n',
        '\nLargest updates (1)\n',
        '  DATE        COMMIT        SHIPPED  CHANGED  NEW  REMOVED\n',
        '  2024-02-18  111111111111   1.3 kB        1    0        0\n',
      ].join(''),
    );
  });

  test('is a line for each commit in a spreadsheet', async () => {
    const lines = formats.csv(await forecast('java.import', [old], [current]), {}).split('\r\n');
    expect(lines[1]).toMatch(/^2024-01-15T00:00:00Z,java\.import,0{40},first,0,1200,0,1,0,0$/);
    expect(lines[2]).toMatch(/^2024-02-18T17:20:00Z,java\.import,1{40},update,1300,1300,1,0,0,0$/);
  });
});

test('both have a marker in Markdown, and are JSON documents of their commands', async () => {
  for (const [document, command] of [
    [await share(...both), 'share'],
    [await forecast('a`b', [old], [current]), 'forecast'],
  ] as const) {
    expect(formats.markdown(document, {})).toMatch(
      new RegExp(`^<!-- block-pack ${command} -->\n\\*\\*.*\\*\\*\n`),
    );
    expect(JSON.parse(formats.json(document, {}))).toMatchObject({ schemaVersion: 1, command });
  }
});

test('no format lets a hostile name move the cursor, break a line or pass its limit', async () => {
  const text = fc.string({ unit: character, maxLength: 40 }).filter((text) => text.isWellFormed());
  await fc.assert(
    fc.asyncProperty(text, text, async (name, version) => {
      const at = (letter: string): FakeLine => [
        '/a',
        letter,
        `npm/${encodeURIComponent(name) || 'x'}@${encodeURIComponent(version)}${letter}`,
      ];
      const images = ['a', 'b'].map((letter) => fakeContents([at(letter)], 'npm', {}, name));
      for (const document of [await share(...images), await forecast(name, [at('a')], [at('b')])]) {
        for (const format of ['text', 'markdown', 'csv'] as const) {
          const rendered = formats[format](document, { limit: 1000 });
          const line = rendered.replaceAll(/[\r\n]/g, '');
          expect(printable(line)).toBe(line);
          if (format === 'markdown') expect(Buffer.byteLength(rendered)).toBeLessThanOrEqual(1000);
        }
      }
    }),
    { numRuns: 100 },
  );
});
