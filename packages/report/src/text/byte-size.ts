/** A size for people, in decimal units as disks and networks use them: `182.4 MB`. */
export function byteSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let size = bytes;
  for (const unit of ['kB', 'MB', 'GB']) {
    size /= 1000;
    if (size < 999.95) return `${size.toFixed(1)} ${unit}`;
  }
  return `${(size / 1000).toFixed(1)} TB`;
}

/** `1 block`, `104 blocks`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}

/** A share for people, never rounded up to all: `99.9 %` of what is not quite 1. */
export function percentage(share: number): string {
  const rounded = Math.floor(share * 1000) / 10;
  return `${share >= 1 ? '100' : rounded.toFixed(1)} %`;
}
