import { componentOf } from '@block-pack/core';
import { count } from '../byte-size.ts';
import type { CommandContext } from '../command.ts';
import { printable } from '../table.ts';
import type { Held } from './held.ts';
import { InventoriedSite } from './inventoried-site.ts';
import type { MadeBundle } from './make-bundle.ts';

/** Names what could travel as a change of an older version that the site has, were that here. */
export function warnOfLackingBases(
  { sent }: MadeBundle,
  pasts: readonly Held[],
  { warn }: Pick<CommandContext, 'warn'>,
): void {
  const sites = pasts.filter((past) => past instanceof InventoriedSite);
  const found = sent.flatMap(({ line, likes: [like] }) => {
    const component = line && componentOf(line);
    if (component === undefined || (like?.line && componentOf(like.line) === component)) return [];
    const [old] = sites.flatMap((site) => site.lacking(component));
    return old?.purl === undefined ? [] : [`${line?.attributes.get('purl')} (it has ${old.purl})`];
  });
  if (found.length === 0) return;
  const shown = found.slice(0, 5).map(printable).join(', ');
  const more = found.length > 5 ? `, and ${found.length - 5} more` : '';
  warn({
    code: 'BASES_NOT_HERE',
    message: `${count(found.length, 'dependency', 'dependencies')} could be sent as a change of what the site has, but that is not here: ${shown}${more}. Name the images that hold it with --from`,
  });
}
