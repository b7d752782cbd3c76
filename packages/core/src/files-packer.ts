import { BlockPackError } from './error.ts';
import { type ImagePath, parseImagePath } from './image-path.ts';
import type { Packer, Placement } from './packer.ts';
import { purlOf } from './purl.ts';
import type { InputDirectory, TreeEntry } from './tree.ts';

export interface FilesOptions {
  /** Where the directory lands in the image; `/app` when it is not given. */
  readonly prefix?: ImagePath | undefined;
  /** Says what of an input is not packed; without it, all is. */
  readonly leaveOut?: (input: InputDirectory) => Promise<ReasonToLeaveOut>;
}

/** Why the file, link or empty directory at a path is not packed; undefined for one that is. */
export type ReasonToLeaveOut = (path: string) => string | undefined;

/**
 * The plainest packer: a directory as it is, in one tree block. For what no ecosystem's packer knows: the application itself, start
 * scripts, configuration. It is also the example of how a packer is written.
 */
export function createFilesPacker(options: FilesOptions = {}): Packer<Placement> {
  const prefix = options.prefix ?? parseImagePath('/app');
  return {
    ecosystem: 'files',
    async place(input, context) {
      const reasonFor = (await options.leaveOut?.(input)) ?? (() => undefined);
      const entries: TreeEntry[] = [];
      let lastReason = 'it is empty';
      for (const entry of await input.entries()) {
        const reason = reasonFor(entry.path);
        if (reason === undefined) entries.push(entry);
        else context.leaveOut?.(entry.path, reason);
        lastReason = reason ?? lastReason;
      }
      if (entries.length === 0) throw nothingInside(input.name, lastReason);
      return [{ path: prefix, content: { kind: 'tree', entries } }];
    },
    async identify(placed) {
      return placed.map(({ placement: { path } }) => ({
        purl: purlOf({ type: 'generic', name: path.slice(path.lastIndexOf('/') + 1) || 'root' }),
        role: 'application',
        evidence: [{ source: 'path', confidence: 'weak', detail: `named after ${path}, where it lands` }],
      }));
    },
  };
}

function nothingInside(name: string, reason: string): BlockPackError {
  return new BlockPackError('INPUT_EMPTY', `There is nothing to pack in ${name}: ${reason}`, {
    hint: 'Give the directory whose files belong in the image.',
    details: { path: name },
  });
}
