import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blockPack } from './block-pack.ts';
import { copyExample } from './example-projects.ts';
import { filesBelow } from './file-list.ts';
import { changedPaths, edit, importsIn, mavenPackage, purlsIn } from './java-builds.ts';
import { succeed } from './workspace.ts';

const scratch = mkdtempSync(join(tmpdir(), 'block-pack-spring-boot-example-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const at = (...names: string[]) => join(scratch, ...names);
const build = { repository: at('repository'), store: at('store') };
const jar = (project: string) => at(project, 'target/spring-boot-service-1.0.0.jar');
const extracted = (project: string) => at(project, 'target/extracted');
const whole = (project: string) => at(project, 'block-pack/java.import');
const loose = (project: string) => at(project, 'loose.import');
const taken = (project: string) => at(project, 'extracted.import');

/** Builds, and packs all three forms of the application; what block-pack says of the executable jar. */
function buildAndPack(project: string, words: readonly string[]): string {
  mavenPackage(at(project), { ...build, words: ['-q', ...words] });
  succeed('java', ['-Djarmode=tools', '-jar', jar(project), 'extract', '--destination', extracted(project)]);
  const call = (...args: string[]): string => {
    const { exitCode, stdout, stderr } = blockPack([...args, '--no-maven', '--store', build.store], {
      cwd: at(project),
    });
    expect([exitCode, stderr.includes('error')]).toEqual([0, false]);
    return stdout;
  };
  const said = call('pack');
  call('java', 'target/lib', '-o', loose(project));
  call('java', 'target/extracted', '-o', taken(project));
  return said;
}

function freshService(project: string, snakeyaml?: string): void {
  copyExample('spring-boot-service', at(project));
  if (snakeyaml === undefined) return;
  const java = '<java.version>17</java.version>';
  edit(at(project, 'pom.xml'), java, `${java}<snakeyaml.version>${snakeyaml}</snakeyaml.version>`);
}

// Maven fetches all that it needs, its plug-ins too.
beforeAll(() => {
  freshService('first');
  buildAndPack('first', []);
}, 600_000);

describe('examples/spring-boot-service', () => {
  test('is packed as its executable jar by block-pack pack, without a configuration', () => {
    expect(importsIn(whole('first')).size).toBeGreaterThan(90);
    expect([...importsIn(whole('first')).keys()]).toContain('/app/BOOT-INF/lib/snakeyaml-2.4.jar');
  });

  test('has the same blocks as its own tools extract it: what the jar says starts it', () => {
    const blockOf = (manifest: string) =>
      new Map([...importsIn(manifest)].map(([path, line]) => [basename(path), line.split(' ')[2]]));
    const nested = blockOf(whole('first'));
    const libraries = [...blockOf(taken('first'))].filter(
      ([name]) => !name.startsWith('spring-boot-service'),
    );
    expect(libraries.length).toBeGreaterThan(85);
    for (const [name, block] of libraries) expect([name, nested.get(name)]).toEqual([name, block]);
    const own = purlsIn(taken('first')).filter((purl) => purl.endsWith(' (application)'));
    expect(own).toEqual(['pkg:maven/dev.block-pack.example/spring-boot-service@1.0.0 (application)']);
  });

  test('comes back as its own tools extracted it', () => {
    const place = [at('again'), '--strip', '/app', '--store', build.store];
    expect(blockPack(['resolve', taken('first'), ...place]).exitCode).toBe(0);
    expect(filesBelow(at('again'))).toEqual(filesBelow(extracted('first')));
  });
});

describe('the bump of one dependency', () => {
  const snakeyaml = (folder: string) => ['2.3', '2.4'].map((version) => `${folder}/snakeyaml-${version}.jar`);

  test('makes exactly its jar a new block, and what lists it', () => {
    freshService('bumped', '2.3');
    expect(buildAndPack('bumped', [])).toMatch(/java +\d+ blocks, [^:]+: 2 new/);
    const changed = (of: (project: string) => string) => changedPaths(of('first'), of('bumped'));
    expect(changed(whole)).toEqual(['/app', ...snakeyaml('/app/BOOT-INF/lib')]);
    expect(changed(loose)).toEqual(snakeyaml('/app/lib'));
    expect(changed(taken)).toEqual([...snakeyaml('/app/lib'), '/app/spring-boot-service-1.0.0.jar']);
  });

  test('is the same once more, built anew without a network', () => {
    freshService('bumped-again', '2.3');
    expect(buildAndPack('bumped-again', ['-o'])).toMatch(/java +\d+ blocks, [^:]+: 0 new/);
    for (const of of [whole, loose])
      expect(readFileSync(of('bumped-again'), 'utf8')).toBe(readFileSync(of('bumped'), 'utf8'));
    // Spring Boot's tools write the time of day into the jar that they make anew.
    const extractedAnew = changedPaths(taken('bumped'), taken('bumped-again'));
    expect(extractedAnew.filter((path) => path !== '/app/spring-boot-service-1.0.0.jar')).toEqual([]);
  });
});
