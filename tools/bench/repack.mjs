import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hold } from './contest.mjs';
import { described, emptied, someJars } from './corpus.mjs';
import { blockPack, nodeRun } from './process-run.mjs';

/** A store that knows the input already: nothing changed, and one jar changed. */
export async function bench() {
  const lib = someJars('repack-lib', 1000);
  const jar = join(lib, readdirSync(lib)[500]);
  const content = readFileSync(jar);
  const pack = blockPack('java', lib, '--store', emptied('repack-store'), '-o', emptied('repack.import'));
  nodeRun(pack);
  // A file younger than two seconds is read again to be sure; so the one that the last round changed gets older first.
  const aged = async () => {
    await sleep(2500);
    nodeRun(pack);
  };
  return hold({
    name: 'repack',
    title: `Pack again: ${described(lib)}`,
    rounds: 7,
    contestants: [
      { name: 'nothing changed', prepare: aged, run: () => nodeRun(pack) },
      {
        name: 'one jar changed',
        prepare: (round) => replaceFile(jar, withComment(content, `change ${round}`)),
        run: () => nodeRun(pack),
      },
    ],
    goals: [
      {
        text: 'ms for nothing changed, whole process',
        seen: (medians) => medians['nothing changed'].ms,
        limit: 400,
      },
      {
        text: 'ms for one jar changed, whole process',
        seen: (medians) => medians['one jar changed'].ms,
        limit: 1000,
      },
    ],
  });
}

/** A new file under the old name: the old one is a link to the corpus. */
export function replaceFile(path, content) {
  rmSync(path);
  writeFileSync(path, content);
}

/**
 * The same jar with other bytes: a comment at its end.
 * @see https://pkware.cachefly.net/webdocs/APPNOTE/APPNOTE-6.3.10.TXT 4.3.16
 */
export function withComment(jar, comment) {
  const lengthAt = jar.length - 2;
  if (jar.readUInt32LE(jar.length - 22) !== 0x06054b50) throw new Error('the jar has a comment already');
  const copy = Buffer.concat([jar, Buffer.from(comment)]);
  copy.writeUInt16LE(comment.length, lengthAt);
  return copy;
}
