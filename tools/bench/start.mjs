import { hold } from './contest.mjs';
import { bareNodeRun, blockPack } from './process-run.mjs';

/** What `block-pack --version` costs beside the start of Node itself. */
export function bench() {
  return hold({
    name: 'start',
    title: 'Start',
    rounds: 31,
    contestants: [
      { name: 'node -e 0', run: () => bareNodeRun(['-e', '0']) },
      { name: 'block-pack --version', run: () => bareNodeRun(blockPack('--version')) },
    ],
    goals: [
      {
        text: 'block-pack --version / node -e 0',
        seen: (medians) => medians['block-pack --version'].ms / medians['node -e 0'].ms,
        limit: 1.5,
      },
    ],
  });
}
