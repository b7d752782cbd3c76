import { BlockPackError } from './error.ts';
import { type ImagePath, parseImagePath } from './image-path.ts';
import type { Packer, Placement } from './packer.ts';
import { purlOf } from './purl.ts';

export interface FilesOptions {
  /** Where the directory lands in the image; `/app` when it is not given. */
  readonly prefix?: ImagePath | undefined;
}

/**
 * The plainest packer: a directory as it is, in one tree block. For what no ecosystem's packer knows: compiled classes, `dist`, start
 * scripts, configuration. It is also the example of how a packer is written.
 */
export function createFilesPacker(options: FilesOptions = {}): Packer<Placement> {
  const prefix = options.prefix ?? parseImagePath('/app');
  return {
    ecosystem: 'files',
    async place(input) {
      const entries = await input.entries();
      if (entries.length === 0) throw nothingInside(input.name);
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

function nothingInside(name: string): BlockPackError {
  return new BlockPackError('INPUT_EMPTY', `${name} is empty`, {
    hint: 'Give the directory whose files belong in the image.',
    details: { path: name },
  });
}
