import { type Component, type Evidence, type PackContext, type Placed, purlOf } from '@block-pack/core';
import { applicationJars, type IdentifiedJar } from './application-jars.ts';
import { type Coordinates, coordinatesText, genericPurl, mavenPurl } from './coordinates.ts';
import { EvidenceIndex } from './evidence/evidence-index.ts';
import type { ResolverEvidence } from './evidence/resolver-evidence.ts';
import { identifyJar } from './identify-jar.ts';
import { distinct } from './identity.ts';
import { jarFacts } from './jar-facts.ts';
import { fileNameOf } from './jar-name.ts';
import { warnOfLists } from './list-differences.ts';
import type { JavaOptions } from './packer.ts';
import type { JavaPlacement, OwnIdentity } from './placement.ts';
import { type Resolution, resolutionKey, resolutionsIn } from './resolutions.ts';
import { warnOfDoubts, warnOfUnknown } from './warnings.ts';

/** Names the blocks: jars by all the evidence there is, the rest by where the layout puts it. */
export async function identifyAll(
  placed: readonly Placed<JavaPlacement>[],
  options: JavaOptions,
  context: PackContext,
): Promise<readonly Component[]> {
  const evidence = [...options.evidence, ...embeddedEvidence(placed)];
  const identified = await identifyJars(placed, evidence, options, context);
  const jars = identified.filter((one) => one !== undefined);
  const own = await applicationJars(jars, options.applications, evidence, context.memory);
  const libraries = jars.filter((one) => !own.has(one));
  const beside = (await options.beside?.()) ?? [];
  const heard = namesHeard(libraries, beside);
  warnOfUnknown(libraries, { isListGiven: evidence.length > 0, heard: heard.size }, context);
  warnOfDoubts(jars, context);
  const isFatJar = placed.some(({ placement }) => placement.part.kind === 'loader');
  const resolutions = resolutionsIn([...evidence, ...beside]);
  warnOfLists({ jars, libraries, isFatJar }, evidence, resolutions, context);
  return placed.map((one, at) => {
    const jar = identified[at];
    if (jar === undefined) return partComponent(one);
    const called = jar.identity.kind === 'known' ? jar.identity.coordinates : heard.get(jar);
    const resolution = called && resolutions.get(resolutionKey(called));
    return jarComponent(jar, own.get(jar), { ...resolution, ...resolvedAs(heard.get(jar)) });
  });
}

function embeddedEvidence(placed: readonly Placed<JavaPlacement>[]): ResolverEvidence[] {
  return placed.flatMap(({ placement: { part } }) => ('evidence' in part ? part.evidence : []));
}

/** Jars that are looked into at the same time, so that one's reads fill another's waits. */
const atOnce = 8;

/** In the order of the placements, whichever jar is done first. */
async function identifyJars(
  placed: readonly Placed<JavaPlacement>[],
  evidence: readonly ResolverEvidence[],
  { repositories }: JavaOptions,
  { memory }: PackContext,
): Promise<readonly (IdentifiedJar | undefined)[]> {
  const witnesses = { index: new EvidenceIndex(evidence), repositories, memory };
  const found: (IdentifiedJar | undefined)[] = placed.map(() => undefined);
  const waiting = placed.entries();
  const worker = async () => {
    for (const [at, jar] of waiting) {
      const { part } = jar.placement;
      if (part.kind !== 'jar') continue;
      const facts = await jarFacts(jar, memory);
      found[at] = { jar, part, facts, identity: await identifyJar(jar, facts, witnesses) };
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return found;
}

function jarComponent(
  { identity, part }: IdentifiedJar,
  own: string | undefined,
  findings: Resolution & Pick<Component, 'resolvedAs'>,
): Component {
  const role = own === undefined ? 'dependency' : 'application';
  const because: Evidence[] = own === undefined ? [] : [{ source: 'role', confidence: 'weak', detail: own }];
  const found = role === 'dependency' ? findings : {};
  if (identity.kind === 'known') {
    const evidence = [...identity.evidence, ...because];
    return { purl: mavenPurl(identity.coordinates), role, evidence, ...found };
  }
  const byName: Evidence = { source: 'file-name', confidence: 'weak', detail: fileNameOf(part.file) };
  return { purl: genericPurl(identity.named), role, evidence: [byName, ...because], ...found };
}

/** What the lists beside the input call jars that nothing else names, where they call them one thing. */
function namesHeard(
  jars: readonly IdentifiedJar[],
  beside: readonly ResolverEvidence[],
): ReadonlyMap<IdentifiedJar, Coordinates> {
  const index = new EvidenceIndex(beside);
  const heard = new Map<IdentifiedJar, Coordinates>();
  for (const one of jars) {
    if (one.identity.kind === 'known') continue;
    const [called, ...others] = distinct(
      index.withName(fileNameOf(one.part.file)).map(({ component }) => component),
    );
    if (called !== undefined && others.length === 0) heard.set(one, called);
  }
  return heard;
}

function resolvedAs(called: Coordinates | undefined): Pick<Component, 'resolvedAs'> {
  return called === undefined ? {} : { resolvedAs: mavenPurl(called) };
}

function partComponent({ placement: { part, path } }: Placed<JavaPlacement>): Component {
  const place: Evidence = { source: 'layout', confidence: 'weak', detail: `what lies at ${path}` };
  const artifact = fileNameOf(path) || 'root';
  switch (part.kind) {
    case 'loader': {
      const { artifact: name, version } = part;
      const purl = purlOf({ type: 'maven', namespace: 'org.springframework.boot', name, version });
      const detail = `Spring-Boot-Version: ${version ?? 'none'} in the manifest`;
      return { purl, role: 'dependency', evidence: [{ source: 'manifest', confidence: 'strong', detail }] };
    }
    case 'application':
      return { ...ownComponent(part.identity, artifact, place), role: 'application' };
    case 'rest':
      return { purl: genericPurl({ artifact }), role: 'other', evidence: [place] };
    case 'jar':
      throw new Error(`${path} is a jar and was not identified`);
  }
}

function ownComponent(
  { coordinates, title, version }: OwnIdentity,
  artifact: string,
  place: Evidence,
): Pick<Component, 'purl' | 'evidence'> {
  if (coordinates !== undefined) {
    const detail = coordinatesText(coordinates);
    return {
      purl: mavenPurl(coordinates),
      evidence: [{ source: 'pom.properties', confidence: 'strong', detail }, place],
    };
  }
  if (title === undefined || !/^[\w.-]{1,200}$/.test(title)) {
    return { purl: genericPurl({ artifact }), evidence: [place] };
  }
  const detail = `Implementation-Title: ${title}`;
  return {
    purl: genericPurl({ artifact: title, version }),
    evidence: [{ source: 'manifest', confidence: 'weak', detail }, place],
  };
}
