import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Contents, Knowledge } from '../contents/contents.ts';
import { diffContents } from '../difference/diff-contents.ts';
import { historyOf } from '../forecast/history-of.ts';
import { pageScript } from '../html/page-script.ts';
import { shareContents } from '../share/share-contents.ts';
import { summarize } from '../summary/summarize.ts';
import { type FakeLine, fakeContents } from '../testing/fake-contents.ts';
import { renderHtml } from './render-html.ts';
import type { ReportDocument } from './report-document.ts';

/** Any that Unicode has. What fast-check has for it, `binary`, takes 0.8 s to begin. */
const character = fc.nat(0x10ffff).map((code) => String.fromCodePoint(code));

function differenceOf(before: Contents, after: Contents): ReportDocument {
  return { kind: 'difference', difference: diffContents(before, after), before, after };
}

function difference(before: readonly FakeLine[], after: readonly FakeLine[]): ReportDocument {
  return differenceOf(fakeContents(before), fakeContents(after));
}

function report(lines: readonly FakeLine[]): ReportDocument {
  const contents = fakeContents(lines);
  return { kind: 'contents', contents, summary: summarize(contents) };
}

const old: readonly FakeLine[] = [
  ['/lib/asm.jar', 'a'.repeat(100), 'maven/org.ow2.asm/asm@9.7'],
  ['/lib/gone.jar', 'g', 'maven/g/gone@1'],
  ['/lib/kept.jar', 'k'.repeat(300), 'maven/g/kept@1'],
];
const current: readonly FakeLine[] = [
  ['/lib/asm.jar', 'b'.repeat(120), 'maven/org.ow2.asm/asm@9.8'],
  ['/lib/fresh.jar', 'f'.repeat(50), 'maven/g/fresh@1'],
  ['/lib/kept.jar', 'k'.repeat(300), 'maven/g/kept@1'],
];

/** What stands between tags. */
function texts(html: string): string {
  return html.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
}

function areasOf(html: string, tone: string): readonly string[] {
  return [...html.matchAll(/<g class="([a-z]+)"[^>]*><title>([^<]*)/g)].flatMap(([, its, title = '']) =>
    its === tone ? [title] : [],
  );
}

/** Cells of numbers that have none to be sorted by; on the diagonal of a matrix there is nothing. */
function sortedAsText(html: string): readonly string[] {
  return [...html.matchAll(/<td class="number">([^<]*)</g)].flatMap(([, cell = '']) =>
    cell === '-' ? [] : [cell],
  );
}

describe('a page', () => {
  const html = renderHtml(difference(old, current), {});

  test('says first what ships', () => {
    expect(html).toContain(
      '<h1>ships 170\u00a0B of 470\u00a0B, 63.8\u00a0% reused; 1 changed, 1 new, 1 removed</h1>',
    );
    expect(html).toContain('<code>shop → shop</code>');
  });

  test('draws what ships, and what of all that is', () => {
    expect(areasOf(html, 'changed')).toEqual(['org.ow2.asm:asm 9.8: 120 B', 'org.ow2.asm:asm 9.8: 120 B']);
    expect(areasOf(html, 'new')).toEqual(['g:fresh 1: 50 B', 'g:fresh 1: 50 B']);
    expect(areasOf(html, 'reused')).toEqual(['g:kept 1: 300 B']);
    expect(html).toContain('The largest: g:kept 1 300 B, org.ow2.asm:asm 9.8 120 B, g:fresh 1 50 B.');
  });

  test('has a row for each package, those that are unchanged last', () => {
    const rows = [...html.matchAll(/<tbody id="([a-z]+-\d+)">.*<th scope="row"[^>]*>(.*?)<\/th>/g)];
    expect(rows.map(([, id, name = '']) => [id, name.replaceAll('<wbr>', '')])).toEqual([
      ['change-0', 'org.ow2.asm:asm'],
      ['change-1', 'g:fresh'],
      ['change-2', 'g:gone'],
      ['unchanged-0', 'g:kept'],
    ]);
    expect(html).toContain('<td class="number" data-number="120">120 B</td>');
    expect(sortedAsText(html)).toEqual(['']);
  });

  test('leads from each area to a row that is there', () => {
    const leads = [...html.matchAll(/data-row="([^"]*)"/g)].map(([, id]) => id);
    expect(leads).toHaveLength(5);
    for (const id of leads) expect(html).toContain(`<tbody id="${id}">`);
  });

  test('may fetch nothing, and runs no script but its own', () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1];
    expect(policy).toMatch(
      /^default-src &#39;none&#39;; script-src &#39;sha256-[\w+/]{43}=&#39;; style-src &#39;sha256-[\w+/]{43}=&#39;; img-src data:; /,
    );
    expect(html).not.toMatch(/(?:src|href)="(?!#|data:,)|url\(|@import|style="|<script[^>]+>|\son\w+=/);
    expect(html.match(/<script>/g)).toHaveLength(1);
  });

  test('is the same bytes each time', () => {
    expect(renderHtml(difference(old, current), {})).toBe(html);
  });

  test('has a script that is one', () => {
    expect(() => runInNewContext(`() => {${pageScript}}`)).not.toThrow();
  });

  test('says that nothing ships, and draws only what is there', () => {
    const same = renderHtml(difference(old, old), {});
    expect(same).toContain('<h1>ships nothing of 401\u00a0B');
    expect(same.match(/<svg/g)).toHaveLength(1);
    expect(same.match(/<table/g)).toHaveLength(1);
    expect(renderHtml(difference([], []), {})).not.toContain('<svg');
  });

  test('lists what changed inside, up to so many files', () => {
    const knowledge = (mark: string): Knowledge => ({
      facts: () => ({
        licenses: [{ text: 'MIT' }],
        nativeCode: [],
        entries: [
          { path: 'a/</script>.class', size: 2, mark },
          { path: 'b.class', size: 1, mark },
        ],
      }),
    });
    const [before, after] = [
      fakeContents(old.slice(0, 1), 'java', knowledge('1')),
      fakeContents(current.slice(0, 1), 'java', knowledge('2')),
    ];
    const page = renderHtml(differenceOf(before, after), { inside: 1 });
    expect(page).toContain(
      'MIT</td><td class="long"><span class="counts">2 changed of 2 files inside</span></td></tr>',
    );
    expect(page).toContain('<li>changed <code>a/&lt;/script&gt;.class</code> 2 B</li>\n<li>and 1 more</li>');
  });

  test('of a report has the largest first, and what stands out', () => {
    const page = renderHtml(
      report([
        ['/b/a-1.jar', 'one', 'maven/g/a@1'],
        ['/b/a-2.jar', 'three', 'maven/g/a@2'],
        ['/b/c.jar', 'c', 'generic/c', { evidence: 'file-name' }],
      ]),
      {},
    );
    expect(areasOf(page, 'maven')).toEqual(['g:a 2: 5 B', 'g:a 1: 3 B', 'c: 1 B']);
    expect(texts(page)).toContain('In several versions (1) 3 B beside the newest ones g:a: 1, 2 (3 B)');
    expect(texts(page)).toContain('Not identified (1)');
    expect(texts(page)).not.toContain('Largest (');
  });

  test('has what broke rules before all else, and how to accept it', () => {
    const document = difference(old, current);
    if (document.kind !== 'difference') throw new Error('a difference');
    const violation = { rule: 'deny', message: 'is <denied>', accept: '{ "rule": "deny" }' } as const;
    const judgement = { violations: [violation], accepted: [], notLookedInto: 0 };
    const page = renderHtml({ ...document, judgement }, {});
    expect(page).toContain('<p>rules: 1 broken</p>');
    expect(page.indexOf('is &lt;denied&gt;')).toBeLessThan(page.indexOf('What changes'));
    expect(page).toContain('<li>{ &quot;rule&quot;: &quot;deny&quot; }</li>');
  });

  test('of what images share draws what aligning saves, and tells them apart by their names', async () => {
    const images = [fakeContents(old, 'java', {}, 'shop'), fakeContents(current, 'java', {}, 'cart & co')];
    const page = renderHtml({ kind: 'share', sharing: await shareContents(images) }, {});
    expect(areasOf(page, 'maven')).toEqual(['org.ow2.asm:asm 9.8: 100 B']);
    expect(page).toContain('<th scope="row">cart &amp; co</th>');
    expect(page).toMatch(/data-row="section-1-0"[\s\S]*<tbody id="section-1-0">/);
    expect(sortedAsText(page)).toEqual([]);
  });

  test('of what updates have cost draws what each package has', async () => {
    const commits = [old, current].map((lines, at) => ({
      name: 'java.import',
      commit: `${at}`.repeat(40),
      time: 1_700_000_000 + at * 3_000_000,
      contents: fakeContents(lines),
    }));
    const history = await historyOf(['java.import'], commits);
    const page = renderHtml({ kind: 'forecast', history }, {});
    expect(areasOf(page, 'maven')).toEqual(['org.ow2.asm:asm 9.8: 120 B', 'g:fresh 1: 50 B']);
    expect(texts(page)).toContain('What shipped: 170 B');
    expect(sortedAsText(page)).toEqual([]);
  });

  test('of an application of 5,000 packages draws no more areas than can be told apart', () => {
    const lines = Array.from(
      { length: 5_000 },
      (_, at): FakeLine => [`/l/${at}`, `${at}`.padStart(at % 100), `npm/p${at}@1`],
    );
    const page = renderHtml(report(lines), {});
    const areas = areasOf(page, 'npm');
    expect(areas.length).toBeLessThan(4000);
    expect(areas.join()).toMatch(/\d+ smaller ones: /);
    expect(page.match(/<tbody /g)).toHaveLength(5_000);
  });
});

describe('a hostile name', () => {
  const names = [
    '</script><script>alert(1)</script>',
    '</style><img src=x onerror=alert(1)>',
    '"><svg onload=alert(1)>',
    "'-alert(1)-'",
    '<!--',
    '&lt;b&gt;',
    '\u202egnp.exe',
    'a\u2028b',
    '\u001b[31mred',
    '$& $1',
  ];

  test('stays text wherever it stands', () => {
    const shape = (html: string) => [...html.matchAll(/<\/?[a-z][^\s>]*/gi)].map(([tag]) => tag).join(' ');
    const page = (name: string) =>
      [
        difference([[`/${name}`, 'a']], [[`/${name}`, 'b', name]]),
        report([['/a', 'a', `npm/${encodeURIComponent(name)}@${encodeURIComponent(name)}`]]),
      ].map((document) => renderHtml(document, {}));
    const [plainDifference = '', plainReport = ''] = page('plain').map(withoutBreaks).map(shape);
    for (const name of names) {
      const [hostileDifference = '', hostileReport = ''] = page(name).map(withoutBreaks).map(shape);
      expect(hostileDifference, name).toBe(plainDifference);
      expect(hostileReport, name).toBe(plainReport);
    }
  });

  test('cannot leave its place, whatever characters it is of', () => {
    const text = fc
      .string({ unit: character, minLength: 1, maxLength: 30 })
      .filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(text, text, (path, version) => {
        const html = renderHtml(difference([['/a', 'a', path]], [['/a', 'b', `npm/a@${version}`]]), {});
        const body = html.slice(html.indexOf('<body>'), html.indexOf('<script>'));
        expect(body.replaceAll(/<[a-z/!][^<>]*>/g, '')).not.toMatch(/[<>]/);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
        expect(body).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e\u2066-\u2069]/);
      }),
      { numRuns: 40 },
    );
  });
});

function withoutBreaks(html: string): string {
  return html.replaceAll('<wbr>', '');
}
