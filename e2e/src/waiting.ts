import { setTimeout } from 'node:timers/promises';
import type { Running } from './block-pack.ts';

/** Looks again and again, for two minutes at most and while the process lives, until there is something to see. */
export async function eventually<T>(what: string, running: Running, look: () => T | undefined): Promise<T> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const hasEnded = running.process.exitCode !== null;
    const seen = look();
    if (seen !== undefined) return seen;
    if (hasEnded) throw new Error(`ended without ${what}: ${JSON.stringify(running.said)}`);
    if (Date.now() > deadline) throw new Error(`waited two minutes for ${what}`);
    await setTimeout(20);
  }
}
