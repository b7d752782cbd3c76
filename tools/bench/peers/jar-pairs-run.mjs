/**
 * The process that the bench `peers` measures: `node jar-pairs-run.mjs make|apply PAIRS [MOST-MIXED]`, a file with `[{ before, after, delta, made }]`. Each jar is written as a
 * group of its own against the older one, and read again; a line before its bytes holds what a bundle's list would say of it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { bytesOf, collect, randomAccessOf } from '../../../packages/core/dist/index.js';
import { readGroup, writeGroup } from '../../../packages/delta/dist/index.js';

const [deed, pairs, most] = process.argv.slice(2);
const sizeLimit = 2 ** 31;
const keepInner = async (bytes) => randomAccessOf(bytes);
for (const pair of JSON.parse(readFileSync(pairs, 'utf8'))) await (deed === 'make' ? make : apply)(pair);

async function make({ before, after, delta }) {
  const writing = await writeGroup([{ ...fileBlock(after), bases: [0] }], [fileBlock(before)], 'delta', {
    keepInner,
    mostMixed: most && Number(most),
  });
  const payload = await collect(writing.payload, sizeLimit, delta);
  const written = writing.written();
  const [{ apart, bases }] = written.blocks;
  const size = fileBlock(after).content.size;
  const { skeleton } = written;
  const facts = [skeleton.size, skeleton.packed, size, apart ? 1 : 0, bases, written.encoding];
  const said = JSON.stringify(facts);
  writeFileSync(delta, Buffer.concat([Buffer.from(`${said}\n`), payload]));
}

async function apply({ before, delta, made }) {
  const bytes = readFileSync(delta);
  const end = bytes.indexOf('\n');
  const [skeletonSize, packed, size, apart, bases, encoding] = JSON.parse(bytes.subarray(0, end).toString());
  await readGroup(bytesOf(new Uint8Array(bytes.subarray(end + 1))), [fileBlock(before)], {
    encoding,
    skeleton: { size: skeletonSize, packed },
    blocks: [{ size, apart: apart === 1, bases }],
    keepInner,
    keep: async (_block, content) => writeFileSync(made, await collect(content, sizeLimit, made)),
  });
}

function fileBlock(path) {
  return { kind: 'file', content: randomAccessOf(new Uint8Array(readFileSync(path))) };
}
