import { describe, expect, it } from 'vitest';
import { withPackScript } from './project-script.ts';

const changed = (text: string) => {
  const change = withPackScript(text);
  return change.kind === 'changed' ? change.text : change.why;
};

describe('the script of a package.json', () => {
  it('stands behind the build, in the layout of the file', () => {
    const text = '{\n\t"name": "shop",\n\t"scripts": {\n\t\t"build": "tsc"\n\t}\n}';
    expect(changed(text)).toBe(
      '{\n\t"name": "shop",\n\t"scripts": {\n\t\t"build": "tsc",\n\t\t"postbuild": "block-pack pack"\n\t}\n}',
    );
  });

  it('is one of its own where there is no build, or something follows it already', () => {
    expect(changed('{}\n')).toContain('"block-pack":"block-pack pack"');
    expect(changed('{"scripts":{"build":"x","postbuild":"y"}}')).toBe(
      '{"scripts":{"build":"x","postbuild":"y","block-pack":"block-pack pack"}}',
    );
  });

  it('is one of its own for yarn 2 and later, which runs nothing behind a build', () => {
    const expected = { build: 'x', 'block-pack': 'block-pack pack' };
    const named = changed('{"packageManager":"yarn@4.18.1","scripts":{"build":"x"}}');
    expect(JSON.parse(named).scripts).toEqual(expected);
    const set = withPackScript('{"scripts":{"build":"x"}}', true);
    expect(set).toMatchObject({ kind: 'changed', script: 'block-pack' });
    expect(changed('{"packageManager":"yarn@1.22.22","scripts":{"build":"x"}}')).toContain('postbuild');
  });

  it('is left as it is where it packs already, under whatever name', () => {
    expect(changed('{"scripts":{"ship":"npm ci && block-pack pack --frozen"}}')).toBe(
      'its script ship packs already',
    );
    const own = withPackScript('{}\n');
    if (own.kind === 'changed') expect(changed(own.text)).toBe('its script block-pack packs already');
  });

  it.each(['{ "name":"x" }', '{"a":1,"a":2}', '{"scripts":{},}', '[]', '', '{\r\n  "name": "x"\r\n}\r\n'])(
    'is not written into a file that would look otherwise: %j',
    (text) => {
      expect(withPackScript(text)).toMatchObject({ kind: 'kept', why: expect.stringContaining('yourself') });
    },
  );

  it('replaces no script of that name', () => {
    expect(changed('{"scripts":{"block-pack":"other"}}')).toContain('does something else');
  });
});
