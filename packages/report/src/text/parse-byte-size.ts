import { BlockPackError } from '@block-pack/core';

const form = /^(\d{1,15}(?:\.\d{1,3})?) ?([kMGT]?)(i?)(B?)$/i;

const powers: Readonly<Record<string, number>> = { '': 0, k: 1, m: 2, g: 3, t: 4 };

/**
 * Bytes, as people write them: `4G`, `650M`, `1.44MB`. Decimal, as media are sold, so that 4G fits a FAT file system; `4GiB` is binary.
 * @param option that it is a value of, for messages
 * @throws USAGE
 */
export function parseByteSize(text: string, option: string): number {
  const [, number, unit = '', binary = ''] = form.exec(text.trim()) ?? [];
  const power = powers[unit.toLowerCase()] ?? 0;
  const size = Math.floor(Number(number) * (binary === '' ? 1000 : 1024) ** power);
  if (Number.isSafeInteger(size) && size > 0 && (binary === '' || power > 0)) return size;
  throw new BlockPackError('USAGE', `${option} ${JSON.stringify(text)} is no size`, {
    hint: 'Write bytes, or a number with k, M, G or T behind it: 4G, 650M.',
    details: { seen: text },
  });
}
