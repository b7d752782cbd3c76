import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlockPackError } from './error.ts';
import { parsePurl, purlOf, purlParts } from './purl.ts';

/** Any that Unicode has. What fast-check has for it, `binary`, takes 0.8 s to begin. */
const character = fc.nat(0x10ffff).map((code) => String.fromCodePoint(code));

describe('a package URL', () => {
  it('is written in its canonical spelling', () => {
    expect(purlOf({ type: 'maven', namespace: 'org.ow2.asm', name: 'asm', version: '9.7' })).toBe(
      'pkg:maven/org.ow2.asm/asm@9.7',
    );
    expect(
      purlOf({
        type: 'maven',
        namespace: 'io.netty',
        name: 'netty-epoll',
        version: '4.1',
        qualifiers: { type: 'jar', classifier: 'linux-x86_64' },
      }),
    ).toBe('pkg:maven/io.netty/netty-epoll@4.1?classifier=linux-x86_64&type=jar');
    expect(purlOf({ type: 'npm', namespace: '@nx', name: 'js', version: '1.0.0' })).toBe(
      'pkg:npm/%40nx/js@1.0.0',
    );
  });

  it('is read into its parts', () => {
    expect(purlParts('pkg:maven/g/a@1%2B2')).toMatchObject({
      type: 'maven',
      namespace: 'g',
      name: 'a',
      version: '1+2',
    });
  });

  it.each(['', 'maven/g/a', 'pkg:', 'pkg:maven', 'pkg:maven/', 'http://example.org'])('is not %j', (text) => {
    expect(() => parsePurl(text)).toThrow(expect.objectContaining({ code: 'PURL_INVALID' }));
  });

  it('keeps its parts through writing and reading', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._+ @#?%:-]{0,12}[A-Za-z0-9]$/);
    fc.assert(
      fc.property(word, word, word, (namespace, name, version) => {
        const purl = purlOf({ type: 'maven', namespace, name, version });
        expect(purlParts(purl)).toMatchObject({ namespace, name, version });
        expect(parsePurl(purl)).toBe(purl);
      }),
    );
  });

  it('ends in a purl or in a clear error, whatever text is given', () => {
    fc.assert(
      fc.property(fc.string({ unit: character }), (text) => {
        for (const candidate of [text, `pkg:${text}`, `pkg:maven/${text}`]) {
          try {
            parsePurl(candidate);
          } catch (error) {
            if (!(error instanceof BlockPackError)) throw error;
          }
        }
      }),
    );
  });
});
