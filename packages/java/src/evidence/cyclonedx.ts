import * as v from 'valibot';
import { areCoordinates } from '../coordinates.ts';
import { childOf, childrenOf, textOf, type XmlElement } from '../xml.ts';
import { componentOfPurl } from './purl-component.ts';
import {
  type ComponentHash,
  componentHash,
  type ResolvedComponent,
  type ResolverEvidence,
} from './resolver-evidence.ts';

/** A component in either spelling of the format, before its name is understood. */
interface SaidComponent {
  readonly purl: string | undefined;
  readonly group: string | undefined;
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly hashes: readonly ComponentHash[];
}

const text = v.optional(v.fallback(v.optional(v.string()), undefined));
const JsonComponent = v.object({
  purl: text,
  group: text,
  name: text,
  version: text,
  hashes: v.fallback(v.optional(v.array(v.unknown())), undefined),
  components: v.fallback(v.optional(v.array(v.unknown())), undefined),
});
const JsonHash = v.object({ alg: v.string(), content: v.string() });
const JsonBom = v.object({
  bomFormat: v.literal('CycloneDX'),
  metadata: v.fallback(v.optional(v.object({ component: v.optional(v.unknown()) })), undefined),
  components: v.optional(v.array(v.unknown()), []),
});

/**
 * Reads a CycloneDX bill of materials in JSON.
 * @returns undefined when it is none
 * @see https://cyclonedx.org/docs/1.6/json/
 */
export function readCycloneDxJson(document: unknown, name: string): ResolverEvidence | undefined {
  const bom = v.safeParse(JsonBom, document);
  if (!bom.success) return undefined;
  const components: ResolvedComponent[] = [];
  const open = [...bom.output.components].reverse();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const said = v.safeParse(JsonComponent, next);
    if (!said.success) continue;
    add(components, saidInJson(said.output));
    for (const inner of (said.output.components ?? []).toReversed()) open.push(inner);
  }
  const own = v.safeParse(JsonComponent, bom.output.metadata?.component);
  const root = own.success ? understood(saidInJson(own.output)) : undefined;
  return { source: 'cyclonedx', name, root, components, complete: true };
}

function saidInJson(component: v.InferOutput<typeof JsonComponent>): SaidComponent {
  const hashes = (component.hashes ?? []).flatMap((said) => {
    const hash = v.safeParse(JsonHash, said);
    return hash.success ? (componentHash(hash.output.alg, hash.output.content) ?? []) : [];
  });
  return {
    purl: component.purl,
    group: component.group,
    name: component.name,
    version: component.version,
    hashes,
  };
}

/**
 * The same in XML.
 * @param bom the document's root
 * @see https://cyclonedx.org/docs/1.6/xml/
 */
export function readCycloneDxXml(bom: XmlElement, name: string): ResolverEvidence {
  const components: ResolvedComponent[] = [];
  const open = [...childrenOf(childOf(bom, 'components'), 'component')].reverse();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    add(components, saidInXml(next));
    for (const inner of childrenOf(childOf(next, 'components'), 'component').toReversed()) open.push(inner);
  }
  const own = childOf(childOf(bom, 'metadata'), 'component');
  const root = own === undefined ? undefined : understood(saidInXml(own));
  return { source: 'cyclonedx', name, root, components, complete: true };
}

function saidInXml(component: XmlElement): SaidComponent {
  const [purl, group, name, version] = ['purl', 'group', 'name', 'version'].map((key) =>
    textOf(component, key),
  );
  const hashes = childrenOf(childOf(component, 'hashes'), 'hash').flatMap(
    (hash) => componentHash(hash.attributes.alg ?? '', hash.text) ?? [],
  );
  return { purl, group, name, version, hashes };
}

function add(components: ResolvedComponent[], said: SaidComponent): void {
  const component = understood(said);
  if (component !== undefined) components.push(component);
}

/** By its purl; without one, by group, name and version, which hide a classifier. */
function understood({ purl, group, name, version, hashes }: SaidComponent): ResolvedComponent | undefined {
  if (purl !== undefined) return componentOfPurl(purl, hashes);
  if (group === undefined || name === undefined || version === undefined) return undefined;
  const coordinates = { group, artifact: name, version };
  return areCoordinates(coordinates)
    ? { ...coordinates, type: 'jar', classifierKnown: false, hashes }
    : undefined;
}
