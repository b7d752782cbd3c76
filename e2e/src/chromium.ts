import { type Browser, chromium } from 'playwright-core';
import { run } from './workspace.ts';

/** The system's browser; undefined where there is none. */
export const chromiumPath = ['chromium', 'chromium-browser', 'google-chrome']
  .map((name) => run('sh', ['-c', 'command -v "$0"', name]).stdout.trim())
  .find((path) => path !== '');

/** As root it needs to be told to do without its sandbox; it opens nothing but our own pages. */
export function openChromium(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error('Chromium is not installed');
  return chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] });
}
