import { setTimeout } from 'node:timers/promises';

/** Looks again and again, for two minutes at most, until there is something to see. */
export async function eventually<T>(what: string, look: () => T | undefined): Promise<T> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const seen = look();
    if (seen !== undefined) return seen;
    if (Date.now() > deadline) throw new Error(`waited two minutes for ${what}`);
    await setTimeout(20);
  }
}
