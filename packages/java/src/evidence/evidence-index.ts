import { jarStem, type Spelling, sameSnapshot, spellingOf } from '../jar-name.ts';
import {
  type HashAlgorithm,
  hashAlgorithms,
  type ResolvedComponent,
  type ResolverEvidence,
  strongestHashes,
} from './resolver-evidence.ts';

/** A component that a source lists, with the source. */
export interface Listed {
  readonly component: ResolvedComponent;
  readonly by: ResolverEvidence;
}

/** What lies under these types is no jar, though it can share a jar's name. */
const otherFiles = new Set(['pom', 'war', 'ear', 'rar', 'zip', 'tar.gz', 'tgz', 'aar', 'so', 'dll', 'exe']);

/** Finds what sources list, by a jar's hash or its name, without comparing every jar with every component. */
export class EvidenceIndex {
  readonly #byHash = new Map<string, Listed[]>();
  readonly #byFileName = new Map<string, Listed[]>();
  readonly #byBase = new Map<string, Listed[]>();
  readonly #byArtifact = new Map<string, Listed[]>();
  readonly #algorithms = new Set<HashAlgorithm>();

  constructor(sources: readonly ResolverEvidence[]) {
    for (const by of sources) {
      if (by.root !== undefined) this.#add({ component: by.root, by });
      for (const component of by.components) this.#add({ component, by });
    }
  }

  /** Algorithms that must be known to find every component that has a hash: the strongest of each. */
  get algorithms(): readonly HashAlgorithm[] {
    return hashAlgorithms.filter((algorithm) => this.#algorithms.has(algorithm));
  }

  withHash(algorithm: HashAlgorithm, hex: string): readonly Listed[] {
    return this.#byHash.get(`${algorithm} ${hex}`) ?? [];
  }

  /** Components whose own file has this name. */
  withFileName(fileName: string): readonly Listed[] {
    return this.#byFileName.get(sameSnapshot(fileName)) ?? [];
  }

  /** Components that a file of this name may be, those whose names explain all of it before those that leave a classifier open. */
  withName(fileName: string): readonly Listed[] {
    const stem = jarStem(fileName);
    const found = new Map<Spelling, Listed[]>();
    for (const base of possibleBases(sameSnapshot(stem))) {
      for (const listed of this.#byBase.get(base) ?? []) {
        const spelling = spellingOf(stem, listed.component);
        if (spelling !== undefined) append(found, spelling, listed);
      }
    }
    return found.get('plain') ?? found.get('with-group') ?? found.get('with-classifier') ?? [];
  }

  /** Components of this artifact, for files whose names tell no version. */
  withArtifact(artifact: string): readonly Listed[] {
    return this.#byArtifact.get(artifact) ?? [];
  }

  #add(listed: Listed): void {
    const { component } = listed;
    for (const { algorithm, hex } of component.hashes) append(this.#byHash, `${algorithm} ${hex}`, listed);
    for (const { algorithm } of strongestHashes(component).slice(0, 1)) this.#algorithms.add(algorithm);
    if (otherFiles.has(component.type) && component !== listed.by.root) return;
    const fileName = component.path?.split(/[/\\]/).at(-1);
    if (fileName !== undefined) append(this.#byFileName, sameSnapshot(fileName), listed);
    append(this.#byBase, `${component.artifact}-${sameSnapshot(component.version)}`, listed);
    append(this.#byArtifact, component.artifact, listed);
  }
}

/** Every beginning of the stem that may be `<artifact>-<version>`, also behind a group. */
function possibleBases(stem: string): Set<string> {
  const found = new Set<string>();
  const ends = [...stem.matchAll(/-/g)].map(({ index }) => index);
  for (const end of [...ends.slice(1), stem.length]) {
    const head = stem.slice(0, end);
    found.add(head);
    for (const { index } of head.matchAll(/\./g)) found.add(head.slice(index + 1));
  }
  return found;
}

/** Entries under one key: more than real lists have, even those that name a component once for each of their modules. */
const mostAlike = 1_000;

function append<K>(map: Map<K, Listed[]>, key: K, listed: Listed): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [listed]);
  else if (known.length < mostAlike) known.push(listed);
}
