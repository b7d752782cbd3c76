import { BlockPackError } from '@block-pack/core';
import { type GcReport, openStore } from '@block-pack/store';
import { byteSize, count } from '../byte-size.ts';
import type { CommandContext, Outcome } from '../command.ts';
import type { Console } from '../console.ts';

export interface GcCommandOptions {
  /** Days since the last use. */
  readonly keep: number;
  readonly untag?: readonly string[];
  readonly dryRun?: boolean;
}

const day = 86_400_000;

export async function gc(options: GcCommandOptions, context: CommandContext): Promise<Outcome> {
  const dryRun = options.dryRun === true;
  const untag = options.untag ?? [];
  const store = await openStore(context.storeDirectory);
  const tags = new Set((await store.tags()).map((tag) => tag.name));
  const unknown = untag.find((name) => !tags.has(name));
  if (unknown !== undefined) {
    throw new BlockPackError('USAGE', `The store has no tag ${unknown}`, {
      hint: 'List its tags: block-pack ls.',
    });
  }
  if (dryRun && untag.length > 0) {
    throw new BlockPackError('USAGE', '--untag cannot be tried with --dry-run', {
      hint: 'block-pack ls shows under "its own" what a tag alone keeps.',
    });
  }
  for (const name of untag) await store.untag(name);
  const report = await store.gc({ keepMs: options.keep * day, dryRun, signal: context.signal });
  for (const { digest, tags: users } of report.missing) {
    context.warn({ code: 'BLOB_MISSING', message: `${digest} is missing; needed by ${users.join(', ')}` });
  }
  for (const { digest, reason } of report.unreadable) {
    context.warn({ code: 'MANIFEST_UNREADABLE', message: `${digest} cannot be followed: ${reason}` });
  }
  return {
    document: { store: store.directory, dryRun, ...report },
    text: (console) => gcText(report, dryRun, console),
    exitCode: 0,
  };
}

function gcText({ kept, removed, leftovers }: GcReport, dryRun: boolean, console: Console): string {
  const verb = dryRun ? 'would be removed' : 'removed';
  const rest =
    leftovers.count === 0
      ? ''
      : `, and ${count(leftovers.count, 'leftover')} of earlier runs (${byteSize(leftovers.bytes)})`;
  return `${console.bold(`${count(removed.count, 'blob')} ${verb}, ${byteSize(removed.bytes)}`)}${rest}; ${count(kept.count, 'blob')} kept, ${byteSize(kept.bytes)}\n`;
}
