import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkLinkTarget, compareBytewise, joinImagePath, parseImagePath } from './image-path.ts';

/** Any that Unicode has. What fast-check has for it, `binary`, takes 0.8 s to begin. */
const character = fc.nat(0x10ffff).map((code) => String.fromCodePoint(code));

describe('a path inside an image', () => {
  it.each(['/', '/app', '/app/lib/x.jar', '/with space', '/ünï/名前', '/back\\slash', '/...', '/..a'])(
    'may be %s',
    (path) => {
      expect(parseImagePath(path)).toBe(path);
    },
  );

  it.each([
    '',
    'app',
    './app',
    '/app/',
    '//app',
    '/app/../etc',
    '/..',
    '/.',
    '/a/./b',
    '/a\0b',
    '/\udc00',
    `/${'n'.repeat(256)}`,
    `/${'nn/'.repeat(1400)}n`,
  ])('may not be %j', (path) => {
    expect(() => parseImagePath(path)).toThrow(
      expect.objectContaining({ code: 'PATH_INVALID', exitCode: 4 }),
    );
  });

  it('is joined to what stands below it', () => {
    expect(joinImagePath(parseImagePath('/'), 'a/b')).toBe('/a/b');
    expect(joinImagePath(parseImagePath('/app'), 'a')).toBe('/app/a');
    expect(() => joinImagePath(parseImagePath('/app'), '../etc')).toThrow('holds ".."');
  });
});

describe('a symbolic link', () => {
  it.each([
    ['a', 'b'],
    ['a/b', '../c'],
    ['a/b/c', '../../d/e'],
    ['a', './b'],
    ['a/b', '..'],
    ['a/b', 'c//d'],
  ])('at %s may lead to %s', (path, target) => {
    expect(() => checkLinkTarget(path, target)).not.toThrow();
  });

  it.each([
    ['a', '..'],
    ['a', '../b'],
    ['a/b', '../../c'],
    ['a', '/etc'],
    ['a', 'b/..'],
    ['a/b', '../c/../..'],
    ['a', ''],
    ['a', 'b\0'],
  ])('at %s may not lead to %j', (path, target) => {
    expect(() => checkLinkTarget(path, target)).toThrow(expect.objectContaining({ code: 'LINK_ESCAPES' }));
  });
});

describe('the order of paths', () => {
  it('is that of their UTF-8 bytes', () => {
    const words = fc.string({ unit: character, maxLength: 5 }).filter((word) => word.isWellFormed());
    fc.assert(
      fc.property(words, words, (a, b) => {
        expect(Math.sign(compareBytewise(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
      {
        numRuns: 2000,
        examples: [
          ['\uffee', '\u{1f4e6}'],
          ['a', 'a-'],
          ['', 'a'],
        ],
      },
    );
  });
});
