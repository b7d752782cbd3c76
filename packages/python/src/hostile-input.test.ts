import { fakeInput } from '@block-pack/core/testing';
import { describe, expect, it } from 'vitest';
import { readLock } from './locks/read-lock.ts';
import { type FakeDistribution, fakeWheel, recordLine, wheelDirectory } from './testing/fake-distribution.ts';
import { packPython, refusal } from './testing/pack-python.ts';

const info = 'six-1.17.0.dist-info';
const metadata = 'Metadata-Version: 2.1\nName: six\nVersion: 1.17.0\n';

/** A target directory with six, whose RECORD has these lines besides. */
function target(lines: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const record = [recordLine('six.py', 'six'), recordLine(`${info}/METADATA`, metadata), ...lines].join('\n');
  return fakeInput(
    { 'six.py': 'six', [`${info}/METADATA`]: metadata, [`${info}/RECORD`]: record, ...more },
    { name: 'libs' },
  );
}

function wheelOf(distribution: Partial<FakeDistribution>, more: Parameters<typeof fakeWheel>[1] = []) {
  const wheel = fakeWheel(
    { name: 'six', version: '1.17.0', files: { 'six.py': 'six' }, ...distribution },
    more,
  );
  const { input, openWheel } = wheelDirectory([wheel]);
  return packPython(input(), { openWheel });
}

describe('a RECORD that lies', () => {
  it.each(['/etc/passwd,,', '../../../../etc/passwd,,', '../../../../../../../x,,', 'a/../../../../../x,,'])(
    'about a file outside is refused: %s',
    async (line) => {
      expect(await refusal(packPython(target([line])))).toMatch(
        /^EVIDENCE_INVALID: libs\/six-1\.17\.0\.dist-info\/RECORD cannot be understood: in line 3, ".*" leads out of the installation/,
      );
    },
  );

  it('about what a file was is told file by file', async () => {
    const { imports } = await packPython(
      target(['gone.py,sha256=x,1', 'evil.py,sha256=AAAA,4'], { 'evil.py': 'evil' }),
    );
    expect(imports[0]?.component.integrity).toEqual({
      state: 'modified',
      against: 'its own RECORD, as it was installed',
      changes: [
        { path: 'evil.py', change: 'changed' },
        { path: 'gone.py', change: 'removed' },
      ],
    });
  });

  it('twice about one file is refused, unless it says the same', async () => {
    expect(await refusal(packPython(target(['six.py,sha256=AAAA,3'])))).toContain(
      '"six.py" stands for the second time, with another hash',
    );
    const { imports } = await packPython(target([recordLine('six.py', 'six')]));
    expect(imports[0]?.component.integrity?.state).toBe('verified');
  });

  it('with a hash that is too weak proves nothing', async () => {
    const { imports } = await packPython(target(['a.py,md5=AAAA,1'], { 'a.py': 'a' }));
    expect(imports[0]?.component.integrity).toEqual({
      state: 'unknown',
      reason: 'RECORD has no usable hash of one file',
    });
  });

  it('about a path of 32,000 characters is refused', async () => {
    expect(await refusal(packPython(target([`${'a/'.repeat(16_000)}b,,`])))).toContain(
      'leads out of the installation',
    );
  });

  it('is not missed when it is missing', async () => {
    const input = fakeInput({ 'six.py': 'six', [`${info}/METADATA`]: metadata }, { name: 'libs' });
    expect(await refusal(packPython(input))).toMatch(
      /^INPUT_UNSUPPORTED: six-1\.17\.0\.dist-info in libs has no RECORD/,
    );
  });
});

describe('metadata that lies', () => {
  it.each(['', 'Name: six\n', 'Name: ../../etc\nVersion: 1\n', `Name: ${'x'.repeat(1000)}\nVersion: 1\n`])(
    'is not believed: the directory names the distribution (%j)',
    async (text) => {
      const input = fakeInput({ [`${info}/METADATA`]: text, [`${info}/RECORD`]: '' });
      const [packed] = (await packPython(input)).imports;
      expect(packed?.component.purl).toBe('pkg:pypi/six@1.17.0');
      expect(packed?.component.evidence[0]).toMatchObject({ source: 'dist-info', confidence: 'weak' });
    },
  );

  it('and is not even text is not believed either', async () => {
    const bytes = Buffer.from('\ufeffName: six\nVersion: 9\n', 'utf16le');
    const input = fakeInput({ [`${info}/METADATA`]: bytes, [`${info}/RECORD`]: '' });
    const [packed] = (await packPython(input)).imports;
    expect(packed?.component.purl).toBe('pkg:pypi/six@1.17.0');
  });

  it('may have a description in an old encoding', async () => {
    const bytes = Buffer.from('Name: six\nVersion: 1.17\nAuthor: Andr\xe9\n', 'latin1');
    const { imports, warnings } = await packPython(
      fakeInput({ [`${info}/METADATA`]: bytes, [`${info}/RECORD`]: '' }),
    );
    expect(imports[0]?.component.purl).toBe('pkg:pypi/six@1.17');
    expect(warnings).toEqual([]);
  });

  it.each(['Name: six\nVersion: 1.16.0\n', 'Name: seven\nVersion: 1.17.0\n'])(
    'about its own name or version is told: %j',
    async (text) => {
      const { warnings } = await packPython(
        fakeInput({ [`${info}/METADATA`]: text, [`${info}/RECORD`]: '' }, { name: 'libs' }),
      );
      expect(warnings).toEqual([
        expect.stringMatching(
          /^NAME_DISAGREES: METADATA in libs\/six-1\.17\.0\.dist-info says \w+ \S+, and six-1\.17\.0\.dist-info is/,
        ),
      ]);
    },
  );

  it('in a wheel that was given another file name is told', async () => {
    const [, bytes] = fakeWheel({ name: 'six', version: '1.17.0', files: {} });
    const { input, openWheel } = wheelDirectory([['six-1.18.0-py3-none-any.whl', bytes]]);
    expect((await packPython(input(), { openWheel })).warnings).toEqual([
      'NAME_DISAGREES: METADATA in wheels/six-1.18.0-py3-none-any.whl says six 1.17.0, and six-1.18.0-py3-none-any.whl is named after something else; it is packed as METADATA says',
    ]);
  });

  it.each([
    ['1.17.0+cu_12', '1.17.0+cu.12'],
    ['1!1.17_1', '1!1.17-1'],
    ['1_1.17.0_cu12', '1!1.17.0+cu12'],
    ['1.17.0', 'v1.17'],
  ])('is no lie when only the spelling differs: %s for %s', async (inName, version) => {
    const folder = `six-${inName}.dist-info`;
    const { warnings } = await packPython(
      fakeInput({
        [`${folder}/METADATA`]: `Name: SIX\nVersion: ${version}\n`,
        [`${folder}/RECORD`]: '',
      }),
    );
    expect(warnings).toEqual([]);
  });

  it('that makes two of one distribution is refused', async () => {
    const other = 'SIX-1.16.0.dist-info';
    const input = target([], {
      [`${other}/METADATA`]: 'Name: SIX\nVersion: 1.16.0\n\n',
      [`${other}/RECORD`]: '',
    });
    expect(await refusal(packPython(input))).toMatch(/^IMPORT_COLLISION: libs has (six|SIX) twice/);
  });

  it('cannot make a script run anything but an entry point', async () => {
    const points = [
      '[console_scripts]',
      'ok = six:main',
      '../../evil = six:main',
      '.. = six:main',
      'a = six:main()',
      'b = six;import os:main',
      'c = six:main\u2028x',
      '__proto__ = six:main.deep',
    ].join('\n');
    const packed = await packPython(target([], { [`${info}/entry_points.txt`]: points }));
    expect(packed.imports.at(-1)?.line.attributes.get('files')).toBe('2');
  });
});

describe('files made to hurt are read in one pass:', () => {
  const blanks = ' '.repeat(1 << 18);

  it.each([
    ['METADATA', `Name:${blanks}x${blanks}y\nVersion: 1\n`],
    ['WHEEL', `Tag:${blanks}x${blanks}y\n`],
    ['entry_points.txt', `[console_scripts]\na${blanks}b${blanks}c\na =${blanks}b:${blanks}c d\n`],
    ['RECORD', `"${blanks}",,\n${blanks},,\n${'"",'.repeat(100_000)}\n`],
  ])('%s', async (name, text) => {
    const started = performance.now();
    await packPython(target([], { [`${info}/${name}`]: text })).catch(() => undefined);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('requirements', () => {
    const started = performance.now();
    for (const text of [
      `a${blanks}b`,
      `a==1${blanks}\\\n${blanks}--hash`,
      `a${blanks}[${blanks}`,
      `"${blanks}`,
    ])
      expect(() => readLock(`${text}\n=`, 'x')).toThrow('x cannot be used');
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('a wheel', () => {
  it.each([`${'a/'.repeat(16_000)}b`, 'x'.repeat(32_000), 'a\0b'])(
    'that holds a path that no disk could is refused',
    async (path) => {
      expect(await refusal(wheelOf({}, [{ path, content: 'evil' }]))).toMatch(/^(ARCHIVE|PATH)_INVALID/);
    },
  );

  it.each([
    ['../evil.py', 'ARCHIVE_INVALID'],
    ['/evil.py', 'ARCHIVE_INVALID'],
    ['six-1.17.0.data/scripts/../../evil', 'ARCHIVE_INVALID'],
    ['six-1.17.0.data/evil/x', 'INPUT_UNSUPPORTED'],
    ['six-1.17.0.data/x', 'INPUT_UNSUPPORTED'],
    ['other-1.dist-info/METADATA', 'INPUT_UNSUPPORTED'],
    ['six-1.17.0.data/purelib/six.py', 'INPUT_UNSUPPORTED'],
  ])('that holds %s is refused', async (path, code) => {
    expect(await refusal(wheelOf({}, [{ path, content: 'evil' }]))).toContain(`${code}: `);
  });

  it('that holds a link is refused, since installers make none', async () => {
    const link = { path: 'a', content: 'six.py', symlink: true };
    expect(await refusal(wheelOf({}, [link]))).toContain('a is a symbolic link');
  });

  it('whose name is not that of its content is refused', async () => {
    const [, bytes] = fakeWheel({ name: 'six', version: '1.17.0', files: {} });
    const { input, openWheel } = wheelDirectory([['requests-2.0-py3-none-any.whl', bytes]]);
    expect(await refusal(packPython(input(), { openWheel }))).toContain(
      'six-1.17.0.dist-info is not named after the wheel',
    );
  });

  it('with a file that its RECORD does not list is told so', async () => {
    const { imports } = await wheelOf({}, [{ path: 'extra.py', content: 'extra' }]);
    expect(imports[0]?.component.integrity).toMatchObject({ state: 'unknown' });
  });

  it('with another content than its RECORD says is modified', async () => {
    const record = 'six-1.17.0.dist-info/RECORD';
    const { input, openWheel } = wheelDirectory([
      fakeWheel({ name: 'six', version: '1.17.0', files: { 'six.py': 'six' } }),
    ]);
    const lying = async (file: Parameters<typeof openWheel>[0]) => {
      const inside = await openWheel(file);
      const entries = (await inside.entries()).filter(({ path }) => path !== 'six.py' && path !== record);
      const forged = fakeInput({ 'six.py': 'evil', [record]: recordLine('six.py', 'six') });
      return { ...inside, entries: async () => [...entries, ...(await forged.entries())] };
    };
    const { imports } = await packPython(input(), { openWheel: lying });
    expect(imports[0]?.component.integrity).toMatchObject({
      state: 'modified',
      changes: expect.arrayContaining([{ path: 'six.py', change: 'changed' }]),
    });
  });

  it('leaves its signature behind, which signs another RECORD', async () => {
    const plain = await wheelOf({});
    const signed = await wheelOf({}, [{ path: 'six-1.17.0.dist-info/RECORD.jws', content: '{}' }]);
    expect(signed.imports[0]?.line.digest).toBe(plain.imports[0]?.line.digest);
  });
});

describe('links', () => {
  it('that belong to a distribution stay inside, or end the pack', async () => {
    const line = ['link.py,,'];
    expect(
      (await packPython(target(line, { 'link.py': '-> six.py' }))).imports[0]?.line.attributes.get('files'),
    ).toBe('4');
    for (const goal of ['/etc/passwd', '../../etc/passwd'])
      expect(await refusal(packPython(target(line, { 'link.py': `-> ${goal}` })))).toContain('LINK_ESCAPES');
  });

  it('instead of a RECORD are refused', async () => {
    const input = target([], { [`${info}/RECORD`]: '-> ../six.py' });
    expect(await refusal(packPython(input))).toContain('INPUT_UNSUPPORTED');
  });

  it('in a circle are links like others', async () => {
    const packed = await packPython(target([], { a: '-> b', b: '-> a' }));
    expect(packed.imports.map(({ component }) => component.purl)).toContain('pkg:generic/site-packages');
  });
});

it('names that fall together where case does not count are warned of', async () => {
  const { warnings } = await packPython(target([], { 'Six.py': 'other' }));
  expect(warnings.join()).toContain('NAMES_FALL_TOGETHER');
});
