import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BlockPackError } from '@block-pack/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkTarget } from './place/check-target.ts';
import { parsePlace } from './place/place.ts';
import { checkWritable, statsAt, targetFile } from './target-file.ts';
import { foldersForTests } from './testing/folders.ts';

const newFolder = foldersForTests();

let place: string;
beforeEach(() => {
  place = realpathSync(newFolder());
  writeFileSync(join(place, 'file'), 'x');
});

function said(look: () => unknown): string {
  try {
    look();
  } catch (error) {
    if (error instanceof BlockPackError) return `${error.code} ${error.message} ${error.hint}`;
    throw error;
  }
  return 'nothing';
}

describe('a path that a user gave', () => {
  it('is told where it goes on below a file, or links lead in a circle', () => {
    symlinkSync('loop', join(place, 'loop'));
    expect(said(() => statsAt(join(place, 'file/x'), 'read'))).toMatch(
      /^INPUT_UNREADABLE Cannot read .*file\/x: a part of the path is not a directory .*Check the path/,
    );
    expect(said(() => statsAt(join(place, 'loop'), 'write'))).toMatch(
      /^OUTPUT_REFUSED Cannot write .*loop: too many symbolic links .*Check the path/,
    );
    expect(statsAt(join(place, 'nothing'), 'read')).toBeUndefined();
  });

  it('is written behind links, and as it is where it is a device', () => {
    symlinkSync('file', join(place, 'link'));
    expect(targetFile(join(place, 'link'))).toBe(join(place, 'file'));
    expect(targetFile(join(place, 'new'))).toBe(join(place, 'new'));
    expect(targetFile('/dev/null')).toBeUndefined();
    expect(said(() => targetFile(place))).toMatch(/^OUTPUT_REFUSED .*is a directory/);
  });

  it('may be written where nothing is yet, and not below a file', () => {
    expect(() => checkWritable(join(place, 'a/b/c'))).not.toThrow();
    expect(said(() => checkWritable(join(place, 'file/a/b')))).toMatch(/^OUTPUT_REFUSED/);
  });
});

describe('a place that an image is to go to', () => {
  it('is refused before any work where it is something else', () => {
    mkdirSync(join(place, 'precious'));
    writeFileSync(join(place, 'precious/notes.txt'), 'x');
    const refused = (text: string) => said(() => checkTarget(parsePlace(text, place)));
    expect(refused('oci:precious')).toMatch(/holds something else/);
    expect(refused('oci:file')).toMatch(/is a file, and oci: means a directory/);
    expect(refused('oci:file/x')).toMatch(/a part of the path is not a directory/);
    expect(refused('oci-archive:precious')).toMatch(/is a directory, and an archive is a file/);
    expect(refused('oci:new/dir:1.0')).toBe('nothing');
    expect(refused('docker-archive:file')).toBe('nothing');
    expect(refused('oci-archive:/dev/stdout')).toBe('nothing');
  });
});
