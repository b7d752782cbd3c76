import * as v from 'valibot';
import { componentOfPurl } from './purl-component.ts';
import {
  type ComponentHash,
  componentHash,
  type ResolvedComponent,
  type ResolverEvidence,
} from './resolver-evidence.ts';
import { shortLines } from './short-lines.ts';

/** A package in either spelling of the format. */
interface SaidPackage {
  readonly id: string;
  readonly purls: string[];
  readonly hashes: ComponentHash[];
}

const JsonDocument = v.object({
  spdxVersion: v.string(),
  packages: v.optional(v.array(v.unknown()), []),
  documentDescribes: v.fallback(v.optional(v.array(v.string()), []), []),
  relationships: v.fallback(v.optional(v.array(v.unknown()), []), []),
});
const JsonPackage = v.object({
  SPDXID: v.string(),
  externalRefs: v.fallback(v.optional(v.array(v.unknown()), []), []),
  checksums: v.fallback(v.optional(v.array(v.unknown()), []), []),
});
const JsonReference = v.object({ referenceType: v.literal('purl'), referenceLocator: v.string() });
const JsonChecksum = v.object({ algorithm: v.string(), checksumValue: v.string() });
const JsonDescribes = v.object({
  spdxElementId: v.literal('SPDXRef-DOCUMENT'),
  relationshipType: v.literal('DESCRIBES'),
  relatedSpdxElement: v.string(),
});

/**
 * Reads an SPDX document in JSON.
 * @returns undefined when it is none
 * @see https://spdx.github.io/spdx-spec/v2.3/
 */
export function readSpdxJson(document: unknown, name: string): ResolverEvidence | undefined {
  const parsed = v.safeParse(JsonDocument, document);
  if (!parsed.success) return undefined;
  const { packages, documentDescribes, relationships } = parsed.output;
  const described = understoodOnes(JsonDescribes, relationships).map((one) => one.relatedSpdxElement);
  const said = understoodOnes(JsonPackage, packages).map((one) => ({
    id: one.SPDXID,
    purls: understoodOnes(JsonReference, one.externalRefs).map((reference) => reference.referenceLocator),
    hashes: understoodOnes(JsonChecksum, one.checksums).flatMap(
      ({ algorithm, checksumValue }) => componentHash(algorithm, checksumValue) ?? [],
    ),
  }));
  return evidenceOf(said, new Set([...documentDescribes, ...described]), name);
}

function understoodOnes<S extends v.GenericSchema>(
  schema: S,
  values: readonly unknown[],
): v.InferOutput<S>[] {
  return values.flatMap((value) => {
    const parsed = v.safeParse(schema, value);
    return parsed.success ? [parsed.output] : [];
  });
}

/** Reads an SPDX document in its tag-value spelling. */
export function readSpdxTags(text: string, name: string): ResolverEvidence {
  const packages: SaidPackage[] = [];
  const described = new Set<string>();
  for (const line of shortLines(text)) {
    const colon = line.indexOf(':');
    const tag = line.slice(0, Math.max(colon, 0));
    const value = line.slice(colon + 1).trim();
    // Files and snippets have identifiers, too; without a package URL they come to nothing.
    if (tag === 'SPDXID') packages.push({ id: value, purls: [], hashes: [] });
    if (tag === 'PackageChecksum') addChecksum(packages.at(-1), value);
    const purl = tag === 'ExternalRef' ? /^\S+ purl (\S+)$/.exec(value)?.[1] : undefined;
    if (purl !== undefined) packages.at(-1)?.purls.push(purl);
    const target = tag === 'Relationship' ? /^SPDXRef-DOCUMENT DESCRIBES (\S+)$/.exec(value)?.[1] : undefined;
    if (target !== undefined) described.add(target);
  }
  return evidenceOf(packages, described, name);
}

function addChecksum(to: SaidPackage | undefined, value: string): void {
  const [, algorithm = '', hex = ''] = /^([^\s:]+):\s*(\S+)$/.exec(value) ?? [];
  const hash = componentHash(algorithm, hex);
  if (hash !== undefined) to?.hashes.push(hash);
}

/** More than there are algorithms. All of them belong to each of a package's purls, so their number would count squared. */
const mostHashes = 16;

function evidenceOf(
  packages: readonly SaidPackage[],
  described: ReadonlySet<string>,
  name: string,
): ResolverEvidence {
  const components: ResolvedComponent[] = [];
  let root: ResolvedComponent | undefined;
  for (const { id, purls, hashes } of packages) {
    for (const purl of purls) {
      const component = componentOfPurl(purl, hashes.slice(0, mostHashes));
      if (component === undefined) continue;
      if (described.has(id) && root === undefined) root = component;
      else components.push(component);
    }
  }
  return { source: 'spdx', name, root, components, complete: true };
}
