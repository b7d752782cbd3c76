/**
 * `npm run bench [-- name...]`: measures the promises about speed and memory, each against a peer in the same run; `name:case` is one case of a bench, `name:case:ours` that case without peers. Results go to
 * .cache/bench/<name>.json. Ends with 1 when a goal is missed.
 */
const benches = [
  'start',
  'repack',
  'cold-pack',
  'large-jar',
  'large-change',
  'updates',
  'npm',
  'python-start',
  'image',
  'archives',
  'difference',
  'peers',
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !benches.includes(name.split(':')[0]));
if (unknown.length > 0) {
  process.stderr.write(`There is no bench ${unknown.join(', ')}; there are ${benches.join(', ')}.\n`);
  process.exit(2);
}
for (const name of wanted.length > 0 ? wanted : benches) {
  const [file, part, only] = name.split(':');
  const { bench } = await import(`../bench/${file}.mjs`);
  if (!(await bench(part, only))) process.exitCode = 1;
}
