import type { PackMemory } from '@block-pack/core';
import { coordinatesText } from './coordinates.ts';
import type { Listed } from './evidence/evidence-index.ts';
import { strongestHashes } from './evidence/resolver-evidence.ts';
import type { Claim, Doubt, KnownIdentity } from './identity.ts';
import type { PlacedJar } from './jar-facts.ts';
import { jarHash } from './jar-hash.ts';

/** What may speak against an identity. */
export interface Objectors {
  /** All that is listed under the jar's name. */
  readonly listed: readonly Listed[];
  /** What the jar's own Maven files say, where they agree with its name. */
  readonly own: readonly Claim[];
}

/**
 * The identity, but weak where something speaks against it: a name can be given to any bytes. Only what hashes name is beyond doubt.
 */
export async function doubted(
  identity: KnownIdentity,
  jar: PlacedJar,
  { listed, own }: Objectors,
  memory: PackMemory,
): Promise<KnownIdentity> {
  if (identity.evidence.some(({ source }) => source === 'sbom-digest')) return identity;
  const doubts = [await digestDoubt(identity, jar, listed, memory), groupDoubt(identity, own)].filter(
    (doubt) => doubt !== undefined,
  );
  if (doubts.length === 0) return identity;
  const evidence = identity.evidence.map((one) => ({ ...one, confidence: 'weak' }) as const);
  return { ...identity, evidence, doubts };
}

async function digestDoubt(
  { coordinates }: KnownIdentity,
  jar: PlacedJar,
  listed: readonly Listed[],
  memory: PackMemory,
): Promise<Doubt | undefined> {
  for (const { component, by } of listed) {
    // A jar with a classifier is another file than the one without, of which a list may have the hash.
    if (coordinatesText(component) !== coordinatesText(coordinates)) continue;
    const said = strongestHashes(component);
    const algorithm = said[0]?.algorithm;
    if (algorithm === undefined) continue;
    const seen = await jarHash(jar, algorithm, memory);
    if (!said.some(({ hex }) => hex === seen))
      return { code: 'DIGEST_DISAGREES', detail: `another ${algorithm} in ${by.name}` };
  }
  return undefined;
}

function groupDoubt({ coordinates, evidence }: KnownIdentity, own: readonly Claim[]): Doubt | undefined {
  const [first] = evidence;
  if (first?.source !== 'resolver-name' && first?.source !== 'resolver-path') return undefined;
  const inside = own
    .filter((claim) => claim.coordinates.artifact === coordinates.artifact)
    .map((claim) => claim.coordinates.group);
  if (inside.length === 0 || inside.includes(coordinates.group)) return undefined;
  return { code: 'GROUP_DISAGREES', detail: `${[...new Set(inside)].join(', ')} inside, ${first.detail}` };
}
