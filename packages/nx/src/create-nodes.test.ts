import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodes } from './create-nodes.ts';

let workspaceRoot: string;
beforeEach(() => {
  workspaceRoot = mkdtempSync(join(tmpdir(), 'block-pack-nx-'));
});
afterEach(() => rmSync(workspaceRoot, { recursive: true, force: true }));

/** The tasks of the projects that one file speaks of. */
function targetsOf(file: string, application: object, options = {}) {
  const path = join(workspaceRoot, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify({ applications: { app: application } }));
  const [found] = createNodes[1]([file], options, { workspaceRoot });
  return found?.[1].projects?.[dirname(file)]?.targets ?? {};
}

describe('the tasks of a project', () => {
  it('write import manifests and images where the configuration says', () => {
    const image = { output: ['oci:out/image:1', 'oci-archive:/elsewhere.tar'] };
    const targets = targetsOf('a/block-pack.config.json', {
      directory: 'b',
      npm: { output: 'x.import' },
      files: { input: '.' },
      image,
    });
    expect(targets['block-pack']).toMatchObject({
      cache: false,
      options: { command: 'block-pack pack --no-image', cwd: 'a' },
      outputs: ['{workspaceRoot}/a/b/x.import', '{workspaceRoot}/a/b/block-pack/files.import'],
    });
    expect(targets['block-pack-image']).toMatchObject({ cache: false, dependsOn: ['block-pack'] });
  });

  it('have other names where they are wanted, and no image where none is configured', () => {
    expect(Object.keys(targetsOf('block-pack.config.json', { npm: {} }, { targetName: 'pack' }))).toEqual([
      'pack',
    ]);
  });

  it('ask a base for its digest, and do without the cache where a shell would have to understand its name', () => {
    const imageTarget = (base: string) =>
      targetsOf('a/block-pack.config.json', { npm: {}, image: { base, output: 'oci:image' } })[
        'block-pack-image'
      ];
    expect(imageTarget('oci:../base:1')).toMatchObject({
      cache: true,
      inputs: expect.arrayContaining([{ runtime: 'block-pack inspect "oci:../base:1" --json -C "a"' }]),
    });
    const hostile = imageTarget('oci:base"; touch owned; "');
    expect(hostile?.cache).toBe(false);
    expect(JSON.stringify(hostile)).not.toContain('touch');
  });

  it('come with the name of the directory where nothing else names the project', () => {
    const projectIn = (directory: string) => {
      mkdirSync(join(workspaceRoot, directory), { recursive: true });
      const file = `${directory}/pyproject.toml`;
      writeFileSync(join(workspaceRoot, file), '[tool.block-pack.applications.a.python]\ninput = ".venv"\n');
      return createNodes[1]([file], undefined, { workspaceRoot })[0]?.[1].projects?.[directory];
    };
    expect(projectIn('services/api')?.name).toBe('api');
    mkdirSync(join(workspaceRoot, 'services/web'), { recursive: true });
    writeFileSync(join(workspaceRoot, 'services/web/project.json'), '{"name":"site"}');
    expect(projectIn('services/web')).not.toHaveProperty('name');
  });

  it('are none for files that say nothing of block-pack', () => {
    writeFileSync(join(workspaceRoot, 'package.json'), '{"name":"x"}');
    expect(createNodes[1](['package.json'], undefined, { workspaceRoot })).toEqual([['package.json', {}]]);
  });
});
