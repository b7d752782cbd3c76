import { byteSize } from '../text/byte-size.ts';
import { type Markup, markup } from './markup.ts';
import { type Tile, type Treemap, tilesOf, treemapWords } from './treemap.ts';

/**
 * A picture that is stretched to the room that it has, while its names keep their size: what has no room for its name shows none.
 * @returns undefined where there is nothing to draw
 */
export function treemapFigure(treemap: Treemap, id: string): Markup | undefined {
  const tiles = tilesOf(treemap);
  if (tiles.length === 0) return undefined;
  const { title, legend } = treemap;
  return markup`<figure>
<figcaption><h2 id="${id}">${title}</h2>
<ul class="legend">${legend.map(({ tone, text }) => markup`<li class="${tone}">${text}</li>`)}</ul></figcaption>
<svg class="treemap" role="img" aria-labelledby="${id}" aria-describedby="${id}-words">
${tiles.map(tileMarkup)}</svg>
<p id="${id}-words" class="unseen">${treemapWords(treemap)}</p>
</figure>
`;
}

function tileMarkup({ area, x, y, width, height, isNamed }: Tile): Markup {
  const { name, label, bytes, tone, row } = area;
  const place = markup`x="${x}%" y="${y}%" width="${width}%" height="${height}%"`;
  const leads = row === undefined ? undefined : markup` data-row="${row}"`;
  const size = byteSize(bytes);
  const words = isNamed
    ? markup`<foreignObject ${place}><div><span>${label}</span><small>${size}</small></div></foreignObject>`
    : undefined;
  return markup`<g class="${tone}"${leads}><title>${name}: ${size}</title><rect ${place}/>${words}</g>\n`;
}
