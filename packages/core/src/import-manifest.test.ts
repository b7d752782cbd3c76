import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf } from './digest.ts';
import { BlockPackError } from './error.ts';
import { parseImagePath } from './image-path.ts';
import {
  checkImports,
  decodeImportManifest,
  encodeImportManifest,
  type Import,
  type ImportManifest,
  importExecutable,
  importKind,
  importSize,
} from './import-manifest.ts';

/** Any that Unicode has. What fast-check has for it, `binary`, takes 0.8 s to begin. */
const character = fc.nat(0x10ffff).map((code) => String.fromCodePoint(code));

const digest = (content: string) => digestOf(new TextEncoder().encode(content));
const a = digest('a');
const b = digest('b');

function line(path: string, attributes: Readonly<Record<string, string>> = {}, of = a): Import {
  return { path: parseImagePath(path), digest: of, attributes: new Map(Object.entries(attributes)) };
}

function manifest(...lines: readonly string[]): string {
  return ['#block-pack import manifest v1', '#packer java', ...lines, ''].join('\n');
}

describe('an import manifest', () => {
  it('is text that a person can read and git can compare', () => {
    const text = encodeImportManifest({
      packer: 'java',
      directives: [],
      imports: [
        line('/app/lib/start.sh', { size: '10', mode: '755' }, b),
        line('/app/lib/asm-9.7.jar', { size: '125000', purl: 'pkg:maven/org.ow2.asm/asm@9.7' }),
      ],
    });
    expect(text).toBe(
      manifest(
        `/app/lib/asm-9.7.jar from ${a} size=125000 purl=pkg:maven/org.ow2.asm/asm@9.7`,
        `/app/lib/start.sh from ${b} size=10 mode=755`,
      ),
    );
    const [first, second] = decodeImportManifest(text, 'java.import').imports;
    expect(first && [importKind(first), importSize(first), importExecutable(first)]).toEqual([
      'file',
      125000,
      false,
    ]);
    expect(second && importExecutable(second)).toBe(true);
  });

  it('needs no more than a path and a digest', () => {
    const { imports } = decodeImportManifest(manifest(`/opt/jdk from ${a}`), 'jdk.import');
    expect(imports).toEqual([line('/opt/jdk')]);
  });

  it('keeps attributes and directives that it does not know', () => {
    const text = manifest(`#layer ${a} head=3`, `/a from ${a} colour=blue later.x="two words"`);
    expect(encodeImportManifest(decodeImportManifest(text, 'x'))).toBe(text);
  });

  it('writes awkward paths as JSON strings', () => {
    const path = '/app/a b"c\\d\ne\u202e\u00e9\u{1f4e6}';
    const text = encodeImportManifest({ packer: 'files', directives: [], imports: [line(path)] });
    expect(text).toContain(`"/app/a b\\"c\\\\d\\ne\\u202e\u00e9\u{1f4e6}" from ${a}`);
    expect(decodeImportManifest(text, 'x').imports).toEqual([line(path)]);
  });

  it('may have come through git with CRLF, and in any order of lines', () => {
    const text = manifest(`/b from ${b}`, `/a from ${a}`).replaceAll('\n', '\r\n');
    expect(encodeImportManifest(decodeImportManifest(text, 'x'))).toBe(
      manifest(`/a from ${a}`, `/b from ${b}`),
    );
  });

  it('lets trees share a path, as Python distributions do', () => {
    const text = manifest(
      `/site from ${a} type=tree`,
      `/site from ${b} type=tree`,
      `/site/extra from ${b} type=tree`,
    );
    expect(decodeImportManifest(text, 'x').imports).toHaveLength(3);
  });
});

describe('a text that is no import manifest', () => {
  const refused: readonly (readonly [string, string, RegExp])[] = [
    ['nothing', '', /not an import manifest/],
    ['something else', '{"json": true}', /not an import manifest/],
    ['a later version', '#block-pack import manifest v2\n', /another version.*v2/],
    ['no packer', '#block-pack import manifest v1\n', /no #packer/],
    ['two packers', manifest('#packer npm'), /x:3: .*second #packer/],
    ['a packer without a name', '#block-pack import manifest v1\n#packer ../x\n', /x:2/],
    ['no digest', manifest('/a from nothing'), /x:3: "nothing" is not a digest/],
    ['another digest', manifest(`/a from sha512:${'0'.repeat(128)}`), /not a digest/],
    ['upper-case hex', manifest(`/a from sha256:${'A'.repeat(64)}`), /not a digest/],
    ['no from', manifest(`/a is ${a}`), /expected <path> from <digest>/],
    ['a relative path', manifest(`app from ${a}`), /does not begin with/],
    ['a path that climbs', manifest(`/a/../../etc from ${a}`), /holds ".."/],
    ['two spaces', manifest(`/a  from ${a}`), /expected <path>/],
    ['a broken string', manifest(`"/a from ${a}`), /neither a plain word nor a JSON string/],
    ['a string with something behind it', manifest(`"/a"b from ${a}`), /neither/],
    ['a tab in a plain path', manifest(`/a\tb from ${a}`), /neither/],
    ['half a surrogate pair', manifest(`"/\\ud800" from ${a}`), /neither/],
    ['an attribute without a value', manifest(`/a from ${a} size`), /expected key=value/],
    ['an attribute twice', manifest(`/a from ${a} size=1 size=2`), /size stands twice/],
    ['a size that is none', manifest(`/a from ${a} size=1e9`), /size=1e9 is not understood/],
    ['an unknown type', manifest(`/a from ${a} type=device`), /type=device/],
    ['a mode that may not be', manifest(`/a from ${a} mode=4755`), /mode=4755/],
    ['a tree with a mode', manifest(`/a from ${a} type=tree mode=755`), /a tree has no mode/],
    ['a file twice', manifest(`/a from ${a}`, `/a from ${b}`), /imports \/a twice/],
    [
      'a file and a tree at one path',
      manifest(`/a from ${a}`, `/a from ${b} type=tree`),
      /imports \/a twice/,
    ],
    [
      'the same tree twice',
      manifest(`/a from ${a} type=tree`, `/a from ${a} type=tree`),
      /the same import twice/,
    ],
    [
      'an import below a file',
      manifest(`/a from ${a}`, `/a-b from ${a}`, `/a/b from ${a}`),
      /below \/a, which is a file/,
    ],
  ];
  it.each(refused)('%s is refused with its line', (_, text, message) => {
    expect(() => decodeImportManifest(text, 'x')).toThrow(message);
    expect(() => decodeImportManifest(text, 'x')).toThrow(
      expect.objectContaining({ code: 'MANIFEST_INVALID' }),
    );
  });
});

describe('any manifest', () => {
  const names = fc
    .string({ unit: character, minLength: 1, maxLength: 10 })
    .filter((name) => name.isWellFormed() && !/^\.{1,2}$|[/\0]/.test(name));
  const paths = fc
    .array(names, { minLength: 1, maxLength: 3 })
    .map((parts) => parseImagePath(`/${parts.join('/')}`));
  const values = fc.string({ unit: character, maxLength: 12 }).filter((value) => value.isWellFormed());
  const keys = fc.constantFrom('purl', 'evidence', 'x', 'later.attribute', 'constructor', 'proto');
  const imports: fc.Arbitrary<Import> = fc.record({
    path: paths,
    digest: fc.constantFrom(a, b),
    attributes: fc
      .uniqueArray(fc.tuple(keys, values), { selector: ([key]) => key })
      .map((pairs) => new Map(pairs)),
  });
  const manifests: fc.Arbitrary<ImportManifest> = fc.record({
    packer: fc.constantFrom('java', 'npm', 'my-own'),
    directives: fc.constantFrom([], ['dir /opt 1777'], ['layer x', 'layer y']),
    imports: fc.array(imports, { maxLength: 6 }),
  });

  it('is read back as it was written, and written as it was read', () => {
    fc.assert(
      fc.property(manifests, (given) => {
        try {
          checkImports(given.imports, 'x');
        } catch {
          fc.pre(false);
        }
        const text = encodeImportManifest(given);
        const read = decodeImportManifest(text, 'x');
        expect(new Set(read.imports)).toEqual(new Set(given.imports));
        expect(encodeImportManifest(read)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it('ends in a manifest or in a clear error, whatever bytes it is made of', () => {
    const valid = manifest(`/a from ${a} size=1`, `"/b c" from ${b} type=tree x="y z"`);
    const noise = fc.tuple(fc.nat(valid.length), fc.nat(5), fc.string({ unit: character, maxLength: 4 }));
    fc.assert(
      fc.property(noise, ([at, length, text]) => {
        try {
          const read = decodeImportManifest(valid.slice(0, at) + text + valid.slice(at + length), 'x');
          expect(decodeImportManifest(encodeImportManifest(read), 'x')).toEqual(read);
        } catch (error) {
          if (!(error instanceof BlockPackError)) throw error;
        }
      }),
      { numRuns: 1000 },
    );
  });
});
