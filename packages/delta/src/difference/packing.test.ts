import { describe, expect, it } from 'vitest';
import { packStreams } from './packing.ts';

describe('streams of which one is mixed', () => {
  // Beside digits, bytes without any order cost brotli more than the byte that mixing adds to them.
  const noise = Uint8Array.of(126, 223, 214, 157, 134, 86, 129);
  const digits = new TextEncoder().encode('012100012012010012010002010010020110100102');

  it('are packed so where that comes to less', async () => {
    expect((await packStreams([noise, digits], undefined, mixed(7))).mixed).toEqual(new Set([0]));
  });

  it('are packed without mixing where it makes that one longer, though all would come to less', async () => {
    const { mixed: places, parts } = await packStreams([noise, digits], undefined, mixed(8));
    expect(places).toEqual(new Set());
    expect(parts).toHaveLength(1);
    const alone = await packStreams([digits]);
    expect(parts[0]?.length).toBeGreaterThan((alone.parts[0]?.length ?? 0) + 8);
  });

  function mixed(packed: number) {
    const part = { length: noise.length, bytes: new Uint8Array(packed) };
    return { places: new Set([0]), parts: [part] };
  }
});
