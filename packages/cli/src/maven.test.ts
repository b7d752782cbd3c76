import { existsSync } from 'node:fs';
import { fakeJar } from '@block-pack/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Ran, Workplace } from './testing/workplace.ts';

const tree = [
  'com.acme:parent:pom:1.0',
  'com.acme:shop:jar:1.0',
  '+- org.ow2.asm:asm:jar:9.7:compile',
  '|  \\- com.acme.deep:nameless:jar:2.0:runtime (optional) ',
  '\\- com.example:greeting:jar:1.0.0:test',
  '',
].join('\n');

let work: Workplace;
beforeEach(() => {
  work = new Workplace();
  work.writeLibraries('shop/target/lib');
  work.write('shop/target/lib/nameless-2.0.jar', fakeJar());
  work.write('shop/pom.xml', '<project/>');
  work.write('pom.xml', '<project><modules><module>shop</module></modules></project>');
});
afterEach(() => work.remove());

/** A Maven that notes how it is called, and then does this. */
function maven(deed: string, path = 'bin/mvn'): void {
  const program = [
    `#!${process.execPath}`,
    "const { appendFileSync } = require('node:fs');",
    'const words = process.argv.slice(2);',
    `appendFileSync(${JSON.stringify(work.path('calls'))}, words.join(' ') + '\\n');`,
    "const file = words.find((word) => word.startsWith('-DoutputFile=')).slice('-DoutputFile='.length);",
    deed,
  ];
  work.write(path, program.join('\n'), 0o755);
}

const writes = (text: string) => `appendFileSync(file, ${JSON.stringify(text)});`;
const fails = "console.log('[INFO] x\\n[ERROR] It is broken'); process.exit(1);";

const env = () => ({ MAVEN_CMD_LINE_ARGS: '', PATH: `${work.path('bin')}:/usr/bin:/bin` });
const pack = (...words: string[]): Ran =>
  work.runWith(env(), 'java', 'shop/target/lib', '-o', 'x.import', ...words);
const packed = (...words: string[]) => JSON.parse(pack('--json', ...words).stdout);
const calls = () => (existsSync(work.path('calls')) ? work.read('calls').trim().split('\n') : []);

describe('the Maven of a project', () => {
  it('tells reports what it resolved, and changes neither names nor blocks', () => {
    pack('--no-maven');
    const alone = work.read('x.import');
    expect(calls()).toEqual([]);
    maven(writes(tree));
    const { imports } = packed();
    const found = Object.fromEntries(
      imports.map(({ path, relation, scope, isOptional, resolvedAs }: Record<string, string>) => [
        path?.split('/').at(-1),
        { relation, scope, isOptional, resolvedAs },
      ]),
    );
    expect(found).toMatchObject({
      'asm-9.7.jar': { relation: 'direct', scope: 'compile' },
      'greeting-1.0.0.jar': { relation: 'direct', scope: 'test' },
      'nameless-2.0.jar': {
        ...{ relation: 'transitive', scope: 'runtime', isOptional: true },
        resolvedAs: 'pkg:maven/com.acme.deep/nameless@2.0',
      },
    });
    expect(work.read('x.import')).toBe(alone);
    const { document } = work.json('report', 'x.import');
    const names = (document.packages as { name: string; resolvedAs?: string }[]).map(
      ({ resolvedAs }) => resolvedAs,
    );
    expect(names).toContain('pkg:maven/com.acme.deep/nameless@2.0');
  });

  it('is asked for the one module, with what is on the machine', () => {
    maven(writes(tree));
    const { stderr } = pack();
    expect(stderr).toContain('Maven has names for 1 of them, and --maven takes those');
    expect(stderr).toContain('are there for tests alone: greeting-1.0.0.jar');
    expect(calls()).toEqual([
      expect.stringMatching(
        /^-o -B -f .*\/pom\.xml -pl shop -am org\.apache\.maven\.plugins:maven-dependency-plugin:tree /,
      ),
    ]);
  });

  it('is asked again only after a change of the build', () => {
    maven(writes(tree));
    pack();
    work.write('shop/target/lib/more-1.jar', fakeJar());
    expect(pack().stderr).toContain('tests alone');
    expect(calls()).toHaveLength(1);
    work.write('shop/pom.xml', '<project></project>');
    pack();
    expect(calls()).toHaveLength(2);
  });

  it.each([
    ['it fails', fails, 'It is broken'],
    ['it writes nothing', '', 'it writes no tree'],
    ['it writes something else', writes('What?'), 'it writes no tree'],
  ])('may be silent: %s', (_, deed, why) => {
    maven(deed);
    const { exitCode, stderr } = pack();
    expect(exitCode).toBe(0);
    expect(stderr).toContain(`Maven does not tell what it resolved: ${why}.`);
  });

  it('is left alone where nothing says that it has built what is packed, and within a build', () => {
    maven(writes(tree));
    work.writeLibraries('lib');
    work.runWith(env(), 'java', 'lib');
    work.runWith({ ...env(), MAVEN_CMD_LINE_ARGS: 'package' }, 'java', 'shop/target/lib');
    work.write('tree.txt', tree);
    pack('--evidence', 'tree.txt');
    expect(calls()).toEqual([]);
  });

  it('is never a program that a checkout brings, unless it is asked for', () => {
    maven(writes(tree), 'mvnw');
    maven(writes(tree), 'sub/bin/mvn');
    work.runWith({ ...env(), PATH: 'sub/bin:/usr/bin:/bin' }, 'java', 'shop/target/lib', '--no-maven');
    const { stdout } = work.runWith(
      { ...env(), PATH: `sub/bin:${work.path('none')}` },
      'java',
      'shop/target/lib',
    );
    expect(stdout).toContain('4 blocks');
    expect(calls()).toEqual([]);
    expect(pack('--maven').exitCode).toBe(0);
    expect(calls()).toHaveLength(1);
  });
});

describe('block-pack java --maven', () => {
  it('names jars as Maven does, like its tree as evidence', () => {
    maven(writes(tree));
    expect(pack('--maven').exitCode).toBe(0);
    const asked = work.read('x.import');
    expect(asked).toContain('purl=pkg:maven/com.acme.deep/nameless@2.0 evidence=resolver-name');
    work.write('tree.txt', tree.split('\n').slice(1).join('\n'));
    pack('--evidence', 'tree.txt');
    expect(work.read('x.import')).toBe(asked);
  });

  it('uses the network where Maven cannot answer without', () => {
    maven(`if (words[0] === '-o') { ${fails} } ${writes(tree)}`);
    expect(pack('--maven').exitCode).toBe(0);
    expect(calls().map((call) => call.startsWith('-o '))).toEqual([true, false]);
  });

  it('fails where Maven does, and says why', () => {
    maven(fails);
    const { exitCode, stderr } = pack('--maven');
    expect([exitCode, existsSync(work.path('x.import'))]).toEqual([3, false]);
    expect(stderr).toContain('does not tell the dependencies of');
    expect(stderr).toContain('It is broken');
  });

  it('needs a Maven, and something that it has built', () => {
    const none = { ...env(), PATH: work.path('none') };
    expect(work.runWith(none, 'java', 'shop/target/lib', '--maven').stderr).toContain('There is no Maven');
    maven(writes(tree));
    work.writeLibraries('lib');
    const elsewhere = work.runWith(env(), 'java', 'lib', '--maven');
    expect(elsewhere.stderr).toContain('lib is not in the target directory of a Maven module');
  });

  it.each([
    ['a tag that cannot be one', ['--tag', 'no tag'], '"no tag" cannot be a tag'],
    ['a list that is not there', ['--evidence', 'no.txt'], 'no.txt'],
    ['an output that is something else', ['-o', 'pom.xml'], 'is no import manifest'],
    ['an input that is not there', ['none'], 'none'],
    ['a repository that is not there', ['--maven-repository', 'none'], 'none is no directory'],
  ])('is not waited for, where the command line has %s', (_, words, said) => {
    maven(writes(tree));
    const { exitCode, stderr } = pack('--maven', ...words);
    expect(exitCode).toBeGreaterThan(1);
    expect(stderr).toContain(said);
    expect(calls()).toEqual([]);
  });

  it('is for the caller of block-pack pack to say, as --no-maven is', () => {
    maven(writes(tree));
    const application = { java: { input: 'shop/target/lib' } };
    work.write('block-pack.config.json', JSON.stringify({ applications: { shop: application } }));
    expect(work.run('pack', '--maven', '--dry-run').stdout).toContain(
      'block-pack java shop/target/lib --maven',
    );
    expect(work.run('pack', '--dry-run').stdout).not.toContain('maven');
    expect(work.runWith(env(), 'pack', '--maven').exitCode).toBe(0);
    expect(work.read('block-pack/java.import')).toContain('pkg:maven/com.acme.deep/nameless@2.0');
    expect(work.run('pack', '--no-maven', '--dry-run').stdout).toContain(
      'block-pack java shop/target/lib --no-maven',
    );
  });
});
