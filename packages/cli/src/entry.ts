#!/usr/bin/env node
import packageJson from '../package.json' with { type: 'json' };
import { optimizeLater } from './optimize-later.ts';

const [, , ...words] = process.argv;

// Answered before anything else is loaded: scripts ask it often, and it costs no more than the start of Node.
if (words.length === 1 && (words[0] === '--version' || words[0] === '-V')) {
  process.stdout.write(`${packageJson.version}\n`);
} else {
  optimizeLater(process.versions.node);
  const { main } = await import('./main.ts');
  process.exitCode = await main(words, packageJson.version);
}
