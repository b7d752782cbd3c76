import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { showFigures } from './figures.ts';
import { type Installer, installedBy, installers, npmCacheDirectory } from './npm-installed.ts';
import { differences, type PackedProject, packProject } from './npm-packing.ts';

const scratch = mkdtempSync(join(tmpdir(), 'block-pack-npm-'));
const store = join(scratch, 'store');
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const packed = new Map<Installer, PackedProject>();
const by = (installer: Installer): PackedProject => {
  const project = packed.get(installer);
  if (project === undefined) throw new Error(`${installer} was not packed`);
  return project;
};

describe('one application, installed by everybody', () => {
  for (const installer of installers) {
    beforeAll(async () => {
      packed.set(installer, packProject(await installedBy(installer), store));
    }, 600_000);
  }

  test('has at least 400 packages', () => {
    const whole = installers.filter((installer) => installer !== 'npm-production');
    const rows = whole.map((installer) => {
      const { same, different } = differences(by('npm'), by(installer));
      const { packages } = by(installer);
      return {
        installer,
        imports: packages.length,
        compared: same + different.length,
        same,
        different: different.length,
      };
    });
    showFigures('Packages that npm and another installer both installed', rows);
    expect(by('npm').packages.length).toBeGreaterThan(400);
    for (const { same } of rows) expect(same).toBeGreaterThan(400);
  });

  test('twice by npm: the same import manifest, whatever the directory and the umask', () => {
    expect(by('npm-again').text).toBe(by('npm').text);
  });

  test('omitting development dependencies: what npm ci --omit=dev installs', async () => {
    const omitted = packProject(await installedBy('npm'), store, { omit: ['dev'] });
    expect(omitted.text).toBe(by('npm-production').text);
  });

  test.each(['pnpm', 'pnpm-hoisted'] as const)(
    'by %s: all the same but one, whose install script pnpm does not run',
    (installer) => {
      expect(differences(by('npm'), by(installer)).different).toEqual(['pkg:npm/esbuild@0.28.2']);
    },
  );

  test('by yarn 1: the same but for what npm brings along in its own tarball, which yarn fetches anew', () => {
    expect(unbundled(differences(by('npm'), by('yarn-1')).different)).toEqual(['pkg:npm/esbuild@0.28.2']);
  });

  test('by yarn 4: the same, and one that yarn patches', () => {
    expect(unbundled(differences(by('npm'), by('yarn-4')).different)).toEqual([
      'pkg:npm/esbuild@0.28.2',
      'pkg:npm/resolve@1.22.14',
    ]);
  });
});

describe('what is installed is what was published', () => {
  test.each(['npm', 'pnpm'] as const)(
    'as installed by %s, but for what an install script changed',
    async (installer) => {
      await installedBy('npm');
      const { packages } = packProject(await installedBy(installer), store, {
        cache: npmCacheDirectory,
      });
      const dependencies = packages.filter(({ role }) => role === 'dependency');
      const verified = dependencies.filter(({ integrity }) => integrity?.state === 'verified');
      const others = dependencies.filter(({ integrity }) => integrity?.state !== 'verified');
      showFigures(`Compared with the registry's tarballs (${installer})`, [
        {
          packages: dependencies.length,
          verified: verified.length,
          others: others.map(({ purl }) => purl).join(' '),
        },
      ]);
      expect(verified.length / dependencies.length).toBeGreaterThan(0.95);
      expect(others.map(({ purl }) => purl)).toEqual(installer === 'npm' ? ['pkg:npm/esbuild@0.28.2'] : []);
      for (const { integrity } of others) {
        expect(integrity).toMatchObject({
          state: 'modified',
          changes: [{ path: 'bin/esbuild', change: 'changed' }],
        });
      }
    },
  );
});

/** Less what lies in the tarball of npm: cut down copies of packages, under the names of the whole ones. */
function unbundled(purls: readonly string[]): string[] {
  const bundled = by('npm').packages.filter(({ path }) =>
    path.startsWith('/app/node_modules/npm/node_modules/'),
  );
  const names = new Set(bundled.map(({ purl }) => String(purl)));
  return purls.filter((purl) => !names.has(purl));
}
