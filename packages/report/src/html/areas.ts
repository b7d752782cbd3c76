import type { CarriedLayer } from '../contents/contents.ts';
import type { Package } from '../contents/package.ts';
import type { Ecosystem } from '../versions/ecosystem.ts';
import type { Area, Tone } from './treemap.ts';

/** A component in one of its versions, or in all of them. */
interface NamedComponent {
  readonly ecosystem: Ecosystem;
  readonly name: string;
  readonly version?: string | undefined;
}

/** @param row that says more */
export function componentArea(one: NamedComponent, bytes: number, tone: Tone, row: string): Area {
  return { name: componentTitle(one), label: componentLabel(one), bytes, tone, row };
}

/** A layer that no import manifest explains. */
export function layerArea({ digest, size }: CarriedLayer, tone: Tone): Area {
  const name = `layer ${digest}`;
  return { name, label: name, bytes: size, tone };
}

export function componentTitle({ name, version }: Pick<NamedComponent, 'name' | 'version'>): string {
  return version === undefined ? name : `${name} ${version}`;
}

/** Without what many share: a Maven group. */
function componentLabel({ ecosystem, name, version }: NamedComponent): string {
  const own = ecosystem === 'maven' ? name.slice(name.indexOf(':') + 1) : name;
  return componentTitle({ name: own, version });
}

/** What tells a package from all others: its purl and where it lies. */
export function packageHint({ purl, paths }: Package): string {
  const [first = '', ...more] = paths;
  const path = more.length === 0 ? first : `${first} and ${more.length} more`;
  return purl === undefined ? path : `${purl} at ${path}`;
}
