import { hierarchy, treemap, treemapSquarify } from 'd3-hierarchy';
import { byteSize, count } from '../text/byte-size.ts';

/** What an area stands for; the style gives each its colour. */
export type Tone = 'changed' | 'new' | 'removed' | 'reused' | 'maven' | 'npm' | 'pypi' | 'other' | 'layer';

/** Areas in proportion to bytes. */
export interface Treemap {
  readonly title: string;
  /** Says in words what the areas show. */
  readonly summary: string;
  /** In the order of their share of the picture; areas of one tone lie together. */
  readonly legend: readonly { readonly tone: Tone; readonly text: string }[];
  readonly areas: readonly Area[];
}

export interface Area {
  readonly name: string;
  /** The name as it stands in the picture, where there is little room. */
  readonly label: string;
  readonly bytes: number;
  readonly tone: Tone;
  /** The row of a listing that says more. */
  readonly row?: string;
}

/** An area and where it lies, each in percent of the picture. */
export interface Tile {
  readonly area: Area;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** False where no name could be read. */
  readonly isNamed: boolean;
}

/** The picture as it is laid out, in pixels; shown, it is as wide as there is room. */
export const picture = { width: 640, height: 360 } as const;

/** A share of the picture, some 8 pixels square: less could not be told from a line. */
const smallestShare = 1 / 4000;

/** Room for a few letters, in pixels. */
const smallestName = { width: 36, height: 15 } as const;

/** @returns nothing where no area has a byte */
export function tilesOf({ areas }: Pick<Treemap, 'areas'>): readonly Tile[] {
  const shown = withoutSmallest(areas.filter(({ bytes }) => bytes > 0));
  if (shown.length === 0) return [];
  type Node = { readonly area?: Area; readonly children?: readonly Node[] };
  const tree: Node = {
    children: byTone(shown).map((of) => ({ children: of.map((area) => ({ area })) })),
  };
  const root = hierarchy<Node>(tree, ({ children }) => children)
    .sum(({ area }) => area?.bytes ?? 0)
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0));
  const placed = treemap<Node>().tile(treemapSquarify).size([picture.width, picture.height])(root);
  return placed.leaves().flatMap(({ data: { area }, x0, x1, y0, y1 }): Tile[] => {
    if (area === undefined) return [];
    const [width, height] = [x1 - x0, y1 - y0];
    return [
      {
        area,
        x: percent(x0 / picture.width),
        y: percent(y0 / picture.height),
        width: percent(width / picture.width),
        height: percent(height / picture.height),
        isNamed: width >= smallestName.width && height >= smallestName.height,
      },
    ];
  });
}

/** The smallest of each tone are one area, so that the picture is of a bounded number of them. */
function withoutSmallest(areas: readonly Area[]): readonly Area[] {
  const least = areas.reduce((sum, { bytes }) => sum + bytes, 0) * smallestShare;
  const small = areas.filter(({ bytes }) => bytes < least);
  return [...areas.filter(({ bytes }) => bytes >= least), ...byTone(small).flatMap(gathered)];
}

function gathered(areas: readonly Area[]): readonly Area[] {
  const [first] = areas;
  if (first === undefined || areas.length === 1) return areas;
  const bytes = areas.reduce((sum, one) => sum + one.bytes, 0);
  const name = count(areas.length, 'smaller one');
  return [{ name, label: name, bytes, tone: first.tone }];
}

function byTone(areas: readonly Area[]): readonly (readonly Area[])[] {
  const tones = [...new Set(areas.map(({ tone }) => tone))];
  return tones.map((tone) => areas.filter((area) => area.tone === tone));
}

/** Rounded, since arithmetic may differ in its last digits, and to keep the page small. */
function percent(share: number): number {
  return Math.round(share * 100_000) / 1000;
}

/** Of all tones, the one of most bytes first. */
export function legendOf(
  areas: readonly Area[],
  words: Readonly<Partial<Record<Tone, string>>> = {},
): Treemap['legend'] {
  return byTone(areas)
    .map((of) => ({ tone: of[0]?.tone ?? 'other', bytes: of.reduce((sum, { bytes }) => sum + bytes, 0) }))
    .filter(({ bytes }) => bytes > 0)
    .sort((a, b) => b.bytes - a.bytes)
    .map(({ tone, bytes }) => ({ tone, text: `${words[tone] ?? tone} ${byteSize(bytes)}` }));
}

/** How many of the largest are read out. */
const readOut = 5;

/** The picture for those who do not see it. */
export function treemapWords({ areas, summary }: Treemap): string {
  const largest = [...areas].sort((a, b) => b.bytes - a.bytes).slice(0, readOut);
  const names = largest.map(({ name, bytes }) => `${name} ${byteSize(bytes)}`);
  return `${summary} The largest: ${names.join(', ')}. The tables below have all.`;
}
