import * as v from 'valibot';
import { areCoordinates } from '../coordinates.ts';
import type { ResolvedComponent, ResolverEvidence } from './resolver-evidence.ts';

const Node = v.object({
  groupId: v.string(),
  artifactId: v.string(),
  version: v.string(),
  type: v.optional(v.string(), 'jar'),
  scope: v.optional(v.string(), ''),
  classifier: v.optional(v.string(), ''),
  optional: v.optional(v.string(), ''),
  children: v.optional(v.array(v.unknown()), []),
});

/** Reads what `mvn dependency:tree -DoutputType=json` writes. */
export function readMavenTreeJson(document: unknown, name: string): ResolverEvidence | undefined {
  const nodes: ResolvedComponent[] = [];
  const open: { readonly node: unknown; readonly depth: number }[] = [{ node: document, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, depth } = next;
    const parsed = v.safeParse(Node, node);
    if (!parsed.success) continue;
    const { groupId: group, artifactId: artifact, version, type, scope, children } = parsed.output;
    const classifier = parsed.output.classifier || undefined;
    if (areCoordinates({ group, artifact, version, classifier }))
      nodes.push({
        ...{ group, artifact, version, classifier, type, scope, classifierKnown: true, hashes: [] },
        isDirect: depth === 1,
        isOptional: parsed.output.optional === 'true',
      });
    for (const child of children.toReversed()) open.push({ node: child, depth: depth + 1 });
  }
  const [root, ...components] = nodes;
  return root === undefined ? undefined : { source: 'maven-tree', name, root, components, complete: true };
}
