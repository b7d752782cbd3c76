import type { PackMemory } from '@block-pack/core';
import { type Coordinates, coordinatesText } from './coordinates.ts';
import { doubted } from './doubts.ts';
import type { EvidenceIndex, Listed } from './evidence/evidence-index.ts';
import { type Claim, distinct, type JarIdentity, settle } from './identity.ts';
import type { JarFacts, PlacedJar, ProjectFact } from './jar-facts.ts';
import { jarHash } from './jar-hash.ts';
import { classifierIn, fileNameOf, jarStem, readJarName, spellingOf } from './jar-name.ts';
import type { LocalRepository } from './local-repository.ts';
import { repositoryClaims } from './repository-identity.ts';

/** Whom to ask, beside the jar itself. */
export interface Witnesses {
  readonly index: EvidenceIndex;
  readonly repositories: readonly LocalRepository[];
  readonly memory: PackMemory;
}

/**
 * Asks the sources from the surest to the least sure; the first that names one thing, and not two, is believed. Nothing is guessed: a
 * group that no source names stays unknown. Repositories are searched last, and only for what is unknown then, since it takes long.
 */
export async function identifyJar(
  jar: PlacedJar,
  facts: JarFacts,
  { index, repositories, memory }: Witnesses,
): Promise<JarIdentity> {
  const fileName = fileNameOf(jar.placement.path);
  const stem = jarStem(fileName);
  const listed = listedAs(fileName, index);
  const own = projectClaims(stem, facts.projects);
  const ranks = [
    await hashClaims(jar, index, stem, memory),
    ...resolverRanks(stem, listed, facts.projects),
    own,
  ];
  const settled = settle(ranks);
  if (settled !== undefined) {
    const { byFile, byName, byArtifact } = listed;
    return doubted(settled, jar, { listed: [...byFile, ...byName, ...byArtifact], own }, memory);
  }
  const kept = await repositoryClaims(jar, repositories);
  return (
    settle([kept]) ?? {
      kind: 'unknown',
      named: readJarName(stem),
      candidates: distinct([...kept, ...ranks.flat()].map(({ coordinates }) => coordinates)),
    }
  );
}

/** What the lists have under a jar's name. */
interface ListedAs {
  readonly byFile: readonly Listed[];
  readonly byName: readonly Listed[];
  /** Whatever the version. */
  readonly byArtifact: readonly Listed[];
}

function listedAs(fileName: string, index: EvidenceIndex): ListedAs {
  return {
    byFile: index.withFileName(fileName),
    byName: index.withName(fileName),
    byArtifact: index.withArtifact(jarStem(fileName)),
  };
}

function resolverRanks(
  stem: string,
  { byFile, byName, byArtifact }: ListedAs,
  projects: readonly ProjectFact[],
): Claim[][] {
  const paths = byFile.map((one) => claim(one, stem, 'resolver-path'));
  const names = byName.map((one) => claim(one, stem, 'resolver-name'));
  const artifacts = byArtifact.map((one) => claim(one, stem, 'resolver-name'));
  const narrowed = narrowing(projects);
  return [paths, narrowed(paths), names, narrowed(names), narrowed(artifacts)];
}

async function hashClaims(
  jar: PlacedJar,
  index: EvidenceIndex,
  stem: string,
  memory: PackMemory,
): Promise<Claim[]> {
  for (const algorithm of index.algorithms) {
    const found = index.withHash(algorithm, await jarHash(jar, algorithm, memory));
    if (found.length === 0) continue;
    return found.map((one) => ({
      ...claim(one, stem, 'sbom-digest'),
      confidence: algorithm === 'md5' || algorithm === 'sha1' ? 'strong' : 'exact',
      detail: `${algorithm} in ${one.by.name}`,
    }));
  }
  return [];
}

function claim({ component, by }: Listed, stem: string, source: string): Claim {
  const { group, artifact, version } = component;
  const classifier = component.classifierKnown ? component.classifier : classifierIn(stem, component);
  const coordinates = { group, artifact, version, classifier };
  return { coordinates, source, confidence: 'strong', detail: `${coordinatesText(component)} in ${by.name}` };
}

/** Where the resolver's list leaves a choice, the jar's own Maven files may make it. */
function narrowing(projects: readonly ProjectFact[]): (claims: readonly Claim[]) => Claim[] {
  const name = ({ group, artifact, version }: Coordinates) => coordinatesText({ group, artifact, version });
  const inside = new Set(projects.map(name));
  return (claims) => claims.filter(({ coordinates }) => inside.has(name(coordinates)));
}

/**
 * The projects inside whose artifact and version are those of the file's name. Others were shaded into the jar: of 636 real jars with
 * exactly one project inside, 5 have another's.
 */
function projectClaims(stem: string, projects: readonly ProjectFact[]): Claim[] {
  const spelt = projects.flatMap((project) => {
    const spelling = spellingOf(stem, { ...project, classifierKnown: false });
    return spelling === undefined ? [] : [{ project, spelling }];
  });
  for (const wanted of ['plain', 'with-group', 'with-classifier', 'without-version'] as const) {
    const claims = spelt
      .filter(({ spelling }) => spelling === wanted)
      .map(({ project }) => projectClaim(project, stem, wanted === 'without-version'));
    if (claims.length > 0) return claims;
  }
  return [];
}

function projectClaim({ source, ...project }: ProjectFact, stem: string, isWeak: boolean): Claim {
  const coordinates: Coordinates = { ...project, classifier: classifierIn(stem, project) };
  const detail = `META-INF/maven/${project.group}/${project.artifact}/${source}`;
  return { coordinates, source, confidence: isWeak ? 'weak' : 'strong', detail };
}
