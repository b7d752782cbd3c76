import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe, { type AxeResults } from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blockPack } from './block-pack.ts';
import { chromiumPath, openChromium } from './chromium.ts';
import { showFigures } from './figures.ts';
import { writeNpmApplication } from './npm-application.ts';

const scratch = mkdtempSync(join(tmpdir(), 'block-pack-html-'));
const difference = join(scratch, 'difference.html');
const report = join(scratch, 'report.html');
let browser: Browser;

beforeAll(async () => {
  for (const release of [1, 2] as const) {
    const folder = join(scratch, `release-${release}`);
    writeNpmApplication(folder, 1000, release);
    succeed(['npm', folder, '-o', join(scratch, `${release}.import`)]);
  }
  succeed(['diff', '1.import', '2.import', '--format', `html=${difference}`]);
  succeed(['report', '2.import', '--format', `html=${report}`]);
  if (chromiumPath !== undefined) browser = await openChromium();
});

afterAll(async () => {
  await browser?.close();
  rmSync(scratch, { recursive: true, force: true });
});

function succeed(args: readonly string[], env: NodeJS.ProcessEnv = {}): void {
  const options = { cwd: scratch, env: { ...process.env, ...env } };
  const { exitCode, stderr } = blockPack([...args, '--quiet', '--store', join(scratch, 'store')], options);
  if (exitCode !== 0) throw new Error(`block-pack ${args.join(' ')} ended with ${exitCode}: ${stderr}`);
}

/** What a page said and asked for that it should not have. */
const complaints: string[] = [];

async function open(file: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
  const page = await context.newPage();
  const address = pathToFileURL(file).href;
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => complaints.push(`a dialog: ${dialog.message()}`));
  page.on(
    'request',
    (request) => request.url() === address || complaints.push(`a request: ${request.url()}`),
  );
  await page.goto(address);
  return page;
}

describe('the HTML of an application of 1,000 packages', () => {
  test('is at most 1.5 MB, and the same in another time zone and language', () => {
    const again = join(scratch, 'again.html');
    succeed(['diff', '1.import', '2.import', '--format', `html=${again}`], {
      TZ: 'Asia/Tokyo',
      LC_ALL: 'tr_TR.UTF-8',
    });
    expect(readFileSync(again, 'utf8')).toBe(readFileSync(difference, 'utf8'));
    const sizes = [difference, report].map((file) => statSync(file).size);
    for (const size of sizes) expect(size).toBeLessThanOrEqual(1_500_000);
    showFigures('HTML reports of 1,000 packages', [
      { 'diff (bytes)': sizes[0] ?? 0, 'report (bytes)': sizes[1] ?? 0 },
    ]);
  });
});

describe.skipIf(chromiumPath === undefined)('a browser', () => {
  test.each([
    ['a difference', difference],
    ['a report', report],
  ])('shows %s within a second, without a word or a request', async (_, file) => {
    const times: number[] = [];
    for (let run = 0; run < 5; run++) {
      const page = await open(file);
      times.push(await page.evaluate<number>(shownAfter));
      expect(await page.locator('.treemap g').count()).toBeGreaterThan(50);
      expect(await page.locator('tbody').count()).toBeGreaterThan(950);
      await page.context().close();
    }
    showFigures('Shown after', [{ milliseconds: Math.min(...times).toFixed(0) }]);
    expect(Math.min(...times)).toBeLessThanOrEqual(1000);
    expect(complaints).toEqual([]);
  });

  test('searches and sorts by keyboard', async () => {
    const page = await open(difference);
    const focused = page.locator(':focus');
    await page.keyboard.press('Tab');
    expect(await focused.textContent()).toBe('To the tables');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.type('package-20 new');
    const listing = page.locator('.listing').first();
    const names = () => listing.locator('tbody:visible th').allTextContents();
    const found = await names();
    expect(found).toEqual(['package-207']);
    expect(await listing.getByRole('status').textContent()).toMatch(/^1 of \d+$/);
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
    const all = await names();
    expect(all.length).toBeGreaterThan(60);

    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await listing.locator('[aria-sort]').textContent()).toBe('PACKAGE');
    expect(await names()).toEqual([...all].sort(new Intl.Collator('en', { numeric: true }).compare));
    await page.keyboard.press('Enter');
    expect(await listing.locator('[aria-sort=descending]').count()).toBe(1);
    await listing.getByRole('button', { name: 'SHIPS' }).press('Space');
    expect(await names()).toEqual(all);
    await page.context().close();
  });

  test('opens what changed inside, and leads from an area to its row', async () => {
    const page = await open(difference);
    const row = page.locator('tbody', { has: page.locator('button.counts') }).first();
    const button = row.getByRole('button');
    expect(await row.locator('li').count()).toBe(3);
    expect(await row.locator('li').first().isVisible()).toBe(false);
    await button.press('Enter');
    expect(await button.getAttribute('aria-expanded')).toBe('true');
    expect(await row.locator('li').first().isVisible()).toBe(true);
    expect(await row.textContent()).toContain('"><img src=x onerror=alert(1)><\\u202e.js');

    const area = page.locator('.treemap').last().locator('.reused[data-row]').first();
    await area.locator('rect').click();
    expect(await page.locator(':focus').getAttribute('id')).toBe(await area.getAttribute('data-row'));
    expect(await page.locator(':focus').isVisible()).toBe(true);
    await page.context().close();
  });

  test('shows it on a narrow screen without scrolling the page sideways, and in the other colours', async () => {
    const page = await open(report, { viewport: { width: 400, height: 800 } });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(400);
    const paper = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await paper();
    await page.getByRole('button', { name: 'Dark' }).press('Enter');
    expect(await paper()).not.toBe(light);
    await page.getByRole('button', { name: 'Light' }).press('Enter');
    expect(await paper()).toBe(light);
    await page.context().close();
  });

  test.each(['light', 'dark'] as const)(
    'finds nothing that shuts people out, in %s colours',
    async (colorScheme) => {
      for (const file of [difference, report]) {
        const page = await open(file, { colorScheme });
        await page.evaluate(openAll);
        await page.evaluate(axe.source);
        const { violations, passes } = await page.evaluate<AxeResults>('axe.run()');
        expect(passes.map(({ id }) => id)).toEqual(expect.arrayContaining(['color-contrast', 'svg-img-alt']));
        expect(violations.map(({ id, impact, nodes }) => ({ id, impact, first: nodes[0]?.html }))).toEqual(
          [],
        );
        await page.context().close();
      }
      expect(complaints).toEqual([]);
    },
  );
});

/** Milliseconds until all was loaded, the script had run and something was painted. */
const shownAfter = `new Promise((resolve) => {
  requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now())));
})`;

const openAll = `
  for (const details of document.querySelectorAll('details')) details.open = true;
  for (const row of document.querySelectorAll('tr.inside')) row.hidden = false;
  // One row is like another, and each takes its time to look at.
  for (const body of document.querySelectorAll('tbody:nth-of-type(n + 30)')) body.remove();
`;
