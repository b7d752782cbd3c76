import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { OpenFiles } from './open-files.ts';
import { temporaryFolder } from './testing/processes.ts';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const paths = Array.from({ length: 40 }, (_, number) => {
  const path = join(folder, `file-${number}`);
  writeFileSync(path, `content of ${number}`);
  return path;
});

async function textOf({
  bytes,
}: {
  bytes: { size: number; read(at: number, length: number): Promise<Uint8Array> };
}) {
  return new TextDecoder().decode(await bytes.read(0, bytes.size));
}

describe('many files that are read anywhere', () => {
  it('are read in any order, though few of them are open', async () => {
    const files = new OpenFiles(3);
    const found = paths.map((path) => files.find(path));
    const numbers = [39, 0, 7, 0, 39, ...paths.keys()];
    const texts = await Promise.all(
      numbers.map(async (number) => {
        const file = found[number];
        return file === undefined ? '' : await textOf(file);
      }),
    );
    expect(texts).toEqual(numbers.map((number) => `content of ${number}`));
    files.close();
  });

  it('end with an error when one was changed while it was closed', async () => {
    const files = new OpenFiles(1);
    const changed = join(folder, 'changed');
    writeFileSync(changed, 'before');
    const file = files.find(changed);
    files.find(paths[0] ?? '');
    writeFileSync(changed, 'afterwards');
    await expect(textOf(file)).rejects.toMatchObject({ code: 'INPUT_CHANGED' });
    files.close();
  });
});
