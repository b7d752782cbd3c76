import type { DependencyScope, Integrity } from '@block-pack/core';
import * as v from 'valibot';
import type { PackageRelation } from './package.ts';

/** What packs found out that no import manifest says. */
export interface PackFindings {
  readonly integrity?: Integrity;
  readonly relation?: PackageRelation;
  readonly scope?: DependencyScope;
  readonly isOptional?: true;
  /** What a build tool of the machine that packed calls it, where its purl tells less. */
  readonly resolvedAs?: string;
  readonly hasInstallScript?: boolean;
}

const schema = v.object({
  integrity: v.exactOptional(
    v.variant('state', [
      v.object({ state: v.literal('verified'), against: v.string() }),
      v.object({
        state: v.literal('modified'),
        against: v.string(),
        changes: v.array(v.object({ path: v.string(), change: v.picklist(['added', 'removed', 'changed']) })),
      }),
      v.object({ state: v.literal('unknown'), reason: v.string() }),
    ]),
  ),
  relation: v.exactOptional(v.picklist(['direct', 'transitive'])),
  scope: v.exactOptional(v.picklist(['compile', 'runtime', 'system', 'provided', 'test'])),
  isOptional: v.exactOptional(v.literal(true)),
  resolvedAs: v.exactOptional(v.string()),
  hasInstallScript: v.exactOptional(v.boolean()),
});

/** True for findings as they are; for those that were kept somewhere. */
export function isPackFindings(value: unknown): value is PackFindings {
  return v.is(schema, value);
}
