import { BlockPackError } from '@block-pack/core';
import { describe, expect, it } from 'vitest';
import { readConfiguration } from './configuration.ts';

const whole = {
  $schema: './node_modules/block-pack/schema/config.v1.schema.json',
  applications: {
    shop: {
      directory: 'services/shop',
      java: { input: 'target/lib', evidence: 'target/dependencies.txt', mavenRepository: true },
      files: [
        { input: 'target/classes', prefix: '/app/classes' },
        { input: 'config', prefix: '/etc/shop', name: 'config', exclude: ['**/*.pem'] },
      ],
      image: {
        output: 'oci:target/image:1.0',
        base: 'oci:jre:21',
        cmd: ['java', 'Main'],
        env: { LANG: 'C' },
      },
    },
    site: { npm: { omit: 'dev' }, files: { input: '.' } },
  },
};

const asToml = `
[project]
name = "shop"

[tool.block-pack.applications.api]
python = { input = ".venv", lock = "uv.lock" } # a comment

[tool.block-pack.applications.api.image]
output = "oci:dist/image:1.0"
env = { LANG = "C" }

[[tool.block-pack.applications.api.files]]
input = "src"

[[tool.block-pack.applications.api.files]]
input = "config"
nam = "config"
`;

function refusal(text: string, file = 'block-pack.config.json'): string {
  try {
    readConfiguration(text, file);
  } catch (error) {
    if (error instanceof BlockPackError && error.code === 'USAGE')
      return `${error.message} ${error.hint ?? ''}`.trim();
    throw error;
  }
  return 'nothing was refused';
}

/** A configuration of one application, whose packer stands in line 4. */
const withJava = (java: string) => `{
  "applications": {
    "shop": {
      "java": ${java}
    }
  }
}`;

describe('a configuration', () => {
  it('says what each application is made of, one or several of a packer', () => {
    const configuration = readConfiguration(JSON.stringify(whole, undefined, 2), 'block-pack.config.json');
    const shop = configuration?.applications.get('shop')?.value;
    expect(shop?.directory).toBe('services/shop');
    expect(shop?.java?.[0]?.value).toEqual({
      input: ['target/lib'],
      evidence: ['target/dependencies.txt'],
      mavenRepository: true,
    });
    expect(shop?.files?.map(({ line, value }) => [line, value.input])).toEqual([
      [12, 'target/classes'],
      [16, 'config'],
    ]);
    expect(shop?.image?.value.env).toEqual(new Map([['LANG', 'C']]));
    expect(configuration?.applications.get('site')?.value.npm?.[0]?.value).toEqual({ omit: ['dev'] });
  });

  it('may stand in package.json, with the lines of that file', () => {
    const json = JSON.stringify(
      { name: 'shop', 'block-pack': { applications: { a: { npm: {}, jva: 1 } } } },
      undefined,
      1,
    );
    expect(refusal(json, 'sub/package.json')).toMatch(
      /^sub\/package\.json:7: block-pack\.applications\.a has no key "jva" Did you mean "java"\? Known here: /,
    );
    expect(readConfiguration('{"name":"x","name":"x"}', 'package.json')).toBeUndefined();
  });

  it('may stand in pyproject.toml, with the lines of that file', () => {
    expect(refusal(asToml, 'pyproject.toml')).toMatch(
      /^pyproject\.toml:17: tool\.block-pack\.applications\.api\.files\[1\] has no key "nam" Did you mean "name"\?/,
    );
    const configuration = readConfiguration(asToml.replace('nam =', 'name ='), 'pyproject.toml');
    expect(configuration?.applications.get('api')?.value.python?.[0]).toEqual({
      line: 6,
      value: { input: '.venv', lock: ['uv.lock'] },
    });
    expect(readConfiguration('[project]\nname = "x"\n', 'pyproject.toml')).toBeUndefined();
  });

  it.each([
    ['{ "input": "lib", "evidnce": "x" }', 'shop.java has no key "evidnce" Did you mean "evidence"?'],
    ['{ "input": "lib", "maven-repository": true }', 'Did you mean "mavenRepository"?'],
    ['{ "input": "lib", "__proto__": {} }', 'shop.java has no key "__proto__"'],
    ['{ "input": "lib", "input": "lib" }', 'shop.java has the key "input" twice'],
    ['{ "prefix": "/app" }', 'shop.java has no "input"'],
    ['{ "input": 7 }', 'shop.java.input is 7; expected a text or a list of them'],
    ['{ "input": [] }', 'shop.java.input is an empty list'],
    ['{ "input": ["lib", null] }', 'shop.java.input[1] is null; expected a text'],
    ['{ "input": "" }', 'shop.java.input is empty'],
    ['{ "input": "a\\u0000b" }', 'shop.java.input is no text'],
    ['{ "input": "lib", "prefix": ["/app"] }', 'shop.java.prefix is a list; expected a text'],
    ['"target/lib"', 'shop.java is "target/lib"; expected a table or a list of them'],
  ])('names file, line and key of what is wrong: %s', (java, said) => {
    const message = refusal(withJava(java));
    expect(message).toMatch(/^block-pack\.config\.json:4: applications\./);
    expect(message).toContain(said);
  });

  it.each([
    ['{}', 'block-pack.config.json:1: the configuration has no "applications"'],
    ['{"applications":{}}', 'block-pack.config.json:1: the configuration has no application'],
    ['{"applications":{"a":{}}}', 'applications.a packs nothing'],
    ['{"applications":{"../a":{"npm":{}}}}', '"../a" cannot be the name of an application'],
    ['{"applications":{"a":{"npm":{"omit":"deb"}}}}', 'omit is "deb"; expected one of dev, optional, peer'],
    ['[]', 'the configuration is a list; expected a table'],
  ])('says what it lacks: %s', (text, said) => {
    expect(refusal(text)).toContain(said);
  });

  it('knows no key that runs a program', () => {
    const json = (key: string) => `{"applications":{"a":{"python":{"input":".venv","${key}":"./x"}}}}`;
    for (const key of ['pycPython', 'command', 'run', 'script'])
      expect(refusal(json(key))).toContain('has no key');
  });
});
