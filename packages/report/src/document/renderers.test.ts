import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BlockFacts } from '../contents/block-facts.ts';
import { diffContents } from '../difference/diff-contents.ts';
import { summarize } from '../summary/summarize.ts';
import { type FakeLine, fakeContents } from '../testing/fake-contents.ts';
import { printable } from '../text/table.ts';
import { type FormatName, formatNames, formats } from './formats.ts';
import type { ReportDocument } from './report-document.ts';

/** Any that Unicode has. What fast-check has for it, `binary`, takes 0.8 s to begin. */
const character = fc.nat(0x10ffff).map((code) => String.fromCodePoint(code));

function difference(
  before: readonly FakeLine[],
  after: readonly FakeLine[],
  facts?: BlockFacts,
): ReportDocument {
  const knowledge = facts === undefined ? {} : { facts: () => facts };
  const [old, current] = [before, after].map((lines) => fakeContents(lines, 'java', knowledge));
  if (old === undefined || current === undefined) throw new Error('two sides');
  return { kind: 'difference', difference: diffContents(old, current), before: old, after: current };
}

function report(lines: readonly FakeLine[]): ReportDocument {
  const contents = fakeContents(lines);
  return { kind: 'contents', contents, summary: summarize(contents) };
}

const bump = difference(
  [
    ['/lib/asm.jar', 'a'.repeat(100), 'maven/org.ow2.asm/asm@9.7'],
    ['/lib/old.jar', 'o', 'maven/g/old@1'],
  ],
  [
    ['/lib/asm.jar', 'b'.repeat(120), 'maven/org.ow2.asm/asm@9.8'],
    ['/lib/old.jar', 'o', 'maven/g/old@1'],
  ],
);

describe('text', () => {
  test('has the figures first, and a row for each package that is not as it was', () => {
    expect(formats.text(bump, {})).toBe(
      [
        'ships 120 B of 121 B, 0.8 % reused; 1 changed\n',
        'shop -> shop\n',
        '\n',
        '  PACKAGE          FROM  TO   KIND    SIZE  SHIPS\n',
        '  org.ow2.asm:asm  9.7   9.8  minor  120 B  120 B\n',
      ].join(''),
    );
  });

  test('says that nothing is to be shipped', () => {
    const same = difference([['/a', 'a']], [['/a', 'a']]);
    expect(formats.text(same, {})).toBe(
      'ships nothing of 1 B, 100 % reused; no package changed\nshop -> shop\n',
    );
  });

  test('lists what changed inside, up to so many files', () => {
    const entries = (marks: readonly string[]) =>
      marks.map((mark, at) => ({ path: `f${at}`, size: at, mark }));
    const facts = (marks: readonly string[]) => ({
      licenses: [{ text: 'MIT' }],
      nativeCode: ['x.so'],
      entries: entries(marks),
    });
    const before = fakeContents([['/a.jar', 'a', 'maven/g/a@1']], 'java', {
      facts: () => facts(['1', '1', '1']),
    });
    const after = fakeContents([['/a.jar', 'b', 'maven/g/a@2']], 'java', {
      facts: () => facts(['1', '2', '2']),
    });
    const document = { kind: 'difference', difference: diffContents(before, after), before, after } as const;
    const text = formats.text(document, { inside: 1 });
    expect(text).toContain('native code, 2 changed of 3 files inside');
    expect(text).toContain('g:a 2: 2 changed of 3 files inside\n  ~ f2  2 B\n  ... and 1 more');
    expect(text).toMatch(/LICENSE .*\n.* MIT /);
  });

  test('of a report has lists of what stands out', () => {
    const text = formats.text(
      report([
        ['/b/a-1.jar', 'one', 'maven/g/a@1'],
        ['/b/a-2.jar', 'three', 'maven/g/a@2'],
        ['/b/c.jar', 'c', 'generic/c', { evidence: 'file-name' }],
      ]),
      {},
    );
    expect(text).toContain('shop: 3 packages, 3 blocks, 9 B\n');
    expect(text).toContain('In several versions (1): 3 B beside the newest ones\n  g:a: 1, 2 (3 B)\n');
    expect(text).toContain('Not identified (1)');
    expect(text).toContain('As published: 0 verified, 0 modified, 3 unknown\n');
    expect(text).toContain('Licences: 3 packages not looked into');
  });
});

describe('markdown', () => {
  test('begins with a marker, and is a table', () => {
    expect(formats.markdown(bump, {})).toBe(
      [
        '<!-- block-pack diff -->\n',
        '**ships 120 B of 121 B, 0.8 % reused; 1 changed**\n\n',
        '`shop` → `shop`\n\n',
        '| PACKAGE | FROM | TO | KIND | SIZE | SHIPS |\n',
        '| --- | --- | --- | --- | --: | --: |\n',
        '| `org.ow2.asm:asm` | `9.7` | `9.8` | minor | 120 B | 120 B |\n',
      ].join(''),
    );
  });

  test('keeps to its limit, and counts what is cut', () => {
    const many = (version: string): FakeLine[] =>
      Array.from({ length: 3000 }, (_, at) => [
        `/l/${at}.jar`,
        `${at} ${version}`,
        `maven/group/artifact-${at}@${version}`,
      ]);
    const document = difference(many('1'), many('2'));
    const text = formats.markdown(document, {});
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_536);
    const rows = text.match(/^\| `group/gm)?.length ?? 0;
    expect(rows).toBeGreaterThan(500);
    expect(text).toContain(`\n… and ${3000 - rows} more rows that are not shown.\n`);
    expect(formats.markdown(document, { limit: 1 << 20 })).not.toContain('not shown');
  });

  test('tells nobody and links nowhere, whatever a package is called', () => {
    const name = '`x`|<img src=x onerror=alert(1)>@somebody http://evil.example [a](b)\n# h';
    const text = formats.markdown(difference([], [['/a', 'a', `${name}`]]), {});
    const row = text.split('\n').find((line) => line.includes('evil')) ?? '';
    expect(row).toMatch(/^\| ``pkg:`x`\\\|<img src=x onerror=alert\(1\)>@somebody .*\\u000a# h`` \|/);
  });
});

describe('csv', () => {
  test('has a line for every package, with plain numbers', () => {
    const lines = formats.csv(bump, {}).split('\r\n');
    expect(lines[0]).toMatch(/^kind,ecosystem,package,from,to,step,role,size,ship,exact,/);
    expect(lines[1]).toMatch(/^changed,maven,org\.ow2\.asm:asm,9\.7,9\.8,minor,dependency,120,120,,/);
    expect(lines).toHaveLength(4);
  });

  test.each(['=1+1', '+1', '-1', '@SUM(1)', ' =1', '\t=1', '\r=1', '＝1'])(
    'has no formula for %j',
    (version) => {
      const text = formats.csv(report([['/a', 'a', `npm/a@${encodeURIComponent(version)}`]]), {});
      const [, cell = ''] = /^npm,a,("?[^,]*),/m.exec(text) ?? [];
      expect(cell).toMatch(/^"?(?:'|\\u)/);
    },
  );

  test('quotes what has commas and quotes', () => {
    expect(formats.csv(report([['/a', 'a', 'npm/a@1,"2"']]), {})).toContain('npm,a,"1,""2""",');
  });
});

test('no format lets a hostile name move the cursor, break a line or pass its limit', () => {
  const text = fc.string({ unit: character, maxLength: 40 }).filter((text) => text.isWellFormed());
  fc.assert(
    fc.property(text, text, text, (name, version, more) => {
      const lines: FakeLine[] = [
        ['/a', 'a', `npm/${encodeURIComponent(name) || 'x'}@${encodeURIComponent(version)}`],
        ['/b', 'b', more],
      ];
      for (const document of [difference([], lines), difference(lines, []), report(lines)]) {
        for (const format of formatNames.filter(isLineByLine)) {
          const rendered = formats[format](document, { limit: 2000 });
          const line = rendered.replaceAll(/[\r\n]/g, '');
          expect(printable(line)).toBe(line);
          if (format === 'markdown') expect(Buffer.byteLength(rendered)).toBeLessThanOrEqual(2000);
        }
        JSON.parse(formats.json(document, {}));
      }
    }),
    { numRuns: 200 },
  );
});

function isLineByLine(format: FormatName): boolean {
  return format === 'text' || format === 'markdown' || format === 'csv';
}
