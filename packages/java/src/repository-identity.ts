import { Measure } from '@block-pack/core';
import { coordinatesText } from './coordinates.ts';
import type { Claim } from './identity.ts';
import type { PlacedJar } from './jar-facts.ts';
import { fileNameOf } from './jar-name.ts';
import type { LocalRepository, RepositoryFile } from './local-repository.ts';

/** What repositories on this machine keep the very same bytes as; two things, where they were published twice. */
export async function repositoryClaims(
  jar: PlacedJar,
  repositories: readonly LocalRepository[],
): Promise<readonly Claim[]> {
  const claims: Claim[] = [];
  for (const repository of repositories) {
    for await (const candidate of repository.candidates(fileNameOf(jar.placement.path))) {
      if (!(await hasSameBytes(jar, candidate))) continue;
      claims.push({
        coordinates: candidate.coordinates,
        source: `${repository.kind}-repository`,
        confidence: 'exact',
        detail: `${coordinatesText(candidate.coordinates)} in ${repository.name}`,
      });
    }
  }
  return claims;
}

async function hasSameBytes(jar: PlacedJar, { file }: RepositoryFile): Promise<boolean> {
  if (file.size !== jar.block.size) return false;
  const measure = new Measure();
  for await (const chunk of file.read()) measure.add(chunk);
  return measure.digest() === jar.block.digest;
}
