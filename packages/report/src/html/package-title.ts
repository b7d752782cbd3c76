import type { CarriedLayer } from '../contents/contents.ts';
import type { Package } from '../contents/package.ts';
import type { Area, Tone } from './treemap.ts';

export function packageTitle({ name, version }: Pick<Package, 'name' | 'version'>): string {
  return version === undefined ? name : `${name} ${version}`;
}

/** Without what many share: a Maven group. */
export function packageLabel({ ecosystem, name, version }: Package): string {
  const own = ecosystem === 'maven' ? name.slice(name.indexOf(':') + 1) : name;
  return packageTitle(version === undefined ? { name: own } : { name: own, version });
}

/** What tells it from all others: its purl and where it lies. */
export function packageHint({ purl, paths }: Package): string {
  const [first = '', ...more] = paths;
  const path = more.length === 0 ? first : `${first} and ${more.length} more`;
  return purl === undefined ? path : `${purl} at ${path}`;
}

/** A layer that no import manifest explains, as an area. */
export function layerArea({ digest, size }: CarriedLayer, tone: Tone): Area {
  const name = `layer ${digest}`;
  return { name, label: name, bytes: size, tone };
}

/** A block by the name of a package that it is. @param row that says more */
export function packageArea(one: Package, tone: Tone, row: string): Area {
  return { name: packageTitle(one), label: packageLabel(one), bytes: one.size ?? 0, tone, row };
}
