import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeTree } from './remove-tree.ts';

let work: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'block-pack-remove-'));
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

describe('a draft that is taken away', () => {
  it('may have directories that nobody may enter, and links to others', () => {
    const draft = join(work, 'draft');
    mkdirSync(join(draft, 'closed/inner'), { recursive: true });
    writeFileSync(join(draft, 'closed/inner/file'), '');
    writeFileSync(join(work, 'kept'), '');
    symlinkSync(work, join(draft, 'out'));
    for (const path of ['closed/inner', 'closed', '.']) chmodSync(join(draft, path), 0);
    removeTree(draft);
    expect([existsSync(draft), existsSync(join(work, 'kept'))]).toEqual([false, true]);
  });

  it('may be gone already', () => {
    expect(() => removeTree(join(work, 'nothing'))).not.toThrow();
  });
});
