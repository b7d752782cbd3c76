import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PackedImport, packJava } from './block-pack.ts';
import { mavenJars, type Profile, type TrueJar, trueJars } from './corpus.ts';
import { showFigures } from './figures.ts';

const profiles: readonly Profile[] =
  process.env.BLOCK_PACK_E2E_PROFILE === 'full' ? ['small', 'full'] : ['small'];

/** What a build can say about its jars, as options of `block-pack java`. */
const evidence: Readonly<Record<string, (corpus: string) => readonly string[]>> = {
  'no evidence': () => [],
  'mvn dependency:list': (corpus) => ['--evidence', join(corpus, 'list.txt')],
  'mvn dependency:tree': (corpus) => ['--evidence', join(corpus, 'tree.txt')],
  'a CycloneDX SBOM': (corpus) => ['--evidence', join(corpus, 'bom.json')],
  'the local Maven repository': () => ['--maven-repository'],
};

interface Tally {
  readonly jars: number;
  /** Jars whose artifact, version or classifier is another one. */
  readonly otherArtifact: readonly string[];
  readonly groupRight: number;
  readonly groupUnknown: readonly string[];
  readonly groupWrong: readonly string[];
}

const corpora: { readonly profile: Profile; readonly corpus: string }[] = [];
for (const profile of profiles) corpora.push({ profile, corpus: await mavenJars(profile) });

describe.each(corpora)('the $profile corpus of jars from Maven Central', ({ profile, corpus }) => {
  const scratch = mkdtempSync(join(tmpdir(), 'block-pack-identity-'));
  const tallies = new Map<string, Tally>();

  beforeAll(() => {
    const truth = trueJars(corpus);
    for (const [kind, options] of Object.entries(evidence)) {
      const place = ['--store', join(scratch, 'store'), '-o', join(scratch, 'java.import')];
      const { imports } = packJava([join(corpus, 'lib'), ...place, ...options(corpus)]);
      expect(imports).toHaveLength(truth.length);
      tallies.set(kind, tallyOf(imports, truth));
    }
    showFigures(`Jars of the ${profile} corpus, named from`, [...tallies].map(figuresOf));
  });

  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  function tally(kind: string): Tally {
    const found = tallies.get(kind);
    if (found === undefined) throw new Error(`nothing was packed with ${kind}`);
    return found;
  }

  test('has at least 300 jars', () => {
    for (const kind of tallies.keys()) expect(tally(kind).jars, kind).toBeGreaterThanOrEqual(300);
  });

  test.each(Object.keys(evidence))('gets every artifact and version right from %s', (kind) => {
    expect(tally(kind).otherArtifact).toEqual([]);
  });

  test.each(Object.keys(evidence))('gets no wrong group from %s', (kind) => {
    expect(tally(kind).groupWrong).toEqual([]);
  });

  test.each(Object.keys(evidence).slice(1))('gets 99 %% of the groups from %s', (kind) => {
    const { groupRight, groupUnknown, jars } = tally(kind);
    expect(groupRight / jars, `unknown: ${groupUnknown.join(', ')}`).toBeGreaterThanOrEqual(0.99);
  });
});

function tallyOf(imports: readonly PackedImport[], truth: readonly TrueJar[]): Tally {
  const packed = new Map(imports.map((one) => [basename(one.path), one]));
  const pairs = truth.map((jar) => {
    const one = packed.get(jar.file);
    expect(one?.digest, jar.file).toBe(`sha256:${jar.sha256}`);
    return { jar, purl: one?.purl ?? '' };
  });
  const maven = pairs.filter(({ purl }) => purl.startsWith('pkg:maven/'));
  const right = maven.filter(({ jar, purl }) => purl.startsWith(`pkg:maven/${jar.group}/`));
  const listed = (some: typeof pairs) => some.map(({ jar, purl }) => `${jar.file}: ${purl}`);
  return {
    jars: pairs.length,
    otherArtifact: listed(pairs.filter(({ jar, purl }) => !isArtifact(purl, jar))),
    groupRight: right.length,
    groupUnknown: listed(pairs.filter(({ purl }) => purl.startsWith('pkg:generic/'))),
    groupWrong: listed(maven.filter((pair) => !right.includes(pair))),
  };
}

/** Compares what stands behind the group: `<artifact>@<version>[?classifier=<classifier>]`. */
function isArtifact(purl: string, { artifact, version, classifier }: TrueJar): boolean {
  const [name, qualifiers = ''] = purl.slice(purl.lastIndexOf('/') + 1).split('?');
  const seen = new URLSearchParams(qualifiers).get('classifier');
  return decodeURIComponent(name ?? '') === `${artifact}@${version}` && seen === classifier;
}

function figuresOf([kind, tally]: [string, Tally]): Record<string, string | number> {
  return {
    evidence: kind,
    jars: tally.jars,
    'artifact+version right': tally.jars - tally.otherArtifact.length,
    'group right': tally.groupRight,
    unknown: tally.groupUnknown.length,
    wrong: tally.groupWrong.length,
  };
}
