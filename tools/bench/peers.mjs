import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applications } from './peers/applications.mjs';
import { updatesOf } from './peers/image-updates.mjs';
import { comparesFiles, kinds, mavenPairs, smallest } from './peers/maven-pairs.mjs';
import { together } from './peers/measured-run.mjs';
import { bytesText, costText, putOnPage, table } from './peers/page.mjs';
import { peers, peersHere } from './peers/tools.mjs';
import { scratch } from './process-run.mjs';

/** At most so many bytes: of all updates of an application, as a share of new jars. */
const goals = {
  seed: { bytes: 15_000 },
  allure: { bytes: 2_700_000 },
  npm: { bytes: 70_000 },
  python: { bestPeer: true },
  maven: { share: 0.04, patch: 0.015, smallest: 0.03 },
};

/**
 * What updates come to against other tools that make differences, all in one run, every result compared to the byte; `npm run bench -- peers:seed` for one
 * case, `peers:seed:ours` for our row of its table alone, `peers:seed:casync,bsdiff` with theirs. Each tool runs once: sizes are exact, times are seconds of processor time. The tables go to
 * docs/benchmarks.md.
 */
export async function bench(wanted, only) {
  const named = only?.split(',');
  const chosen = peers.filter(({ name }) => named?.some((start) => name.startsWith(start)) ?? true);
  const cases = [...Object.keys(applications), 'maven'].filter((name) => [undefined, name].includes(wanted));
  if (cases.length === 0) throw new Error(`no case ${wanted}`);
  let isMet = true;
  for (const name of cases)
    isMet = (name === 'maven' ? maven(chosen) : await application(name, chosen)) && isMet;
  return isMet;
}

async function application(name, chosen) {
  const { title, what, releases } = applications[name];
  print(`\n${title}: ${what}`);
  const results = await updatesOf(await releases(), peersHere(chosen));
  const rows = [...results].map(([who, updates]) => rowOf(who, updates));
  const lines = table(
    ['', 'bytes', 'to make', 'to apply'],
    rows.map(({ who, bytes, make, apply }) => [
      isGivenChanges(who) ? `${labelOf(who)} ¹` : labelOf(who),
      bytesText(bytes),
      costText(make),
      costText(apply),
    ]),
  );
  return finish(name, { rows }, lines, limitOf(name, rows));
}

/** All updates together; nothing but the name of what gave up, or of what no tool makes. */
function rowOf(who, updates) {
  if (updates.at(-1).gaveUp) return { who };
  const bytes = updates.reduce((sum, update) => sum + update.bytes, 0);
  if (updates[0].make === undefined) return { who, bytes };
  const [make, apply] = ['make', 'apply'].map((deed) => together(updates.map((update) => update[deed])));
  return { who, bytes, make, apply };
}

function limitOf(name, rows) {
  const bytesOf = (who) => rows.find((row) => row.who === who).bytes;
  const others = rows
    .filter(({ who }) => peers.some((peer) => peer.name === who))
    .flatMap(({ bytes }) => bytes ?? []);
  const limit = goals[name].bestPeer ? Math.min(...others) : goals[name].bytes;
  return Number.isFinite(limit) ? [{ text: 'bytes of the bundles', seen: bytesOf('block-pack'), limit }] : [];
}

function maven(chosen) {
  const here = peersHere(chosen.filter(comparesFiles));
  print('\nJars of Maven Central, each alone against an older version');
  const { pairs, newBytes, results } = mavenPairs(here);
  const total = (by) => kinds.reduce((sum, kind) => sum + by[kind], 0);
  const percent = (bytes, of) => `${((100 * bytes) / of).toFixed(2)} %`;
  const counted = kinds.map((kind) => `${kind} (${pairs[kind]})`);
  const rows = [...results].map(([who, result]) => [
    labelOf(who),
    percent(total(result), total(newBytes)),
    ...kinds.map((kind) => percent(result[kind], newBytes[kind])),
    costText(result.make),
    costText(result.apply),
  ]);
  const jars = `all (${total(pairs)} pairs, ${bytesText(total(newBytes))} bytes)`;
  const lines = table(['', jars, ...counted, 'to make', 'to apply'], rows);
  const [ours, least] = ['block-pack', smallest].map((who) => results.get(who));
  return finish('maven', { pairs, newBytes, results: Object.fromEntries(results) }, lines, [
    { text: 'share of new jars', seen: total(ours) / total(newBytes), limit: goals.maven.share },
    { text: 'share of new jars, patch', seen: ours.patch / newBytes.patch, limit: goals.maven.patch },
    {
      text: 'share of new jars, --smallest',
      seen: total(least) / total(newBytes),
      limit: goals.maven.smallest,
    },
  ]);
}

function labelOf(who) {
  return who.startsWith('block-pack') ? `**${who}**` : who;
}

function isGivenChanges(who) {
  return peers.some(({ name, of }) => name === who && of === 'changes');
}

function finish(name, record, lines, outcomes) {
  for (const line of lines) print(`  ${line}`);
  for (const { text, seen, limit } of outcomes)
    print(`  ${seen <= limit ? 'met   ' : 'MISSED'} ${text}: ${round(seen)}, at most ${round(limit)}`);
  const versions = Object.fromEntries(peers.map((peer) => [peer.name, peer.version()]));
  writeFileSync(
    join(scratch, `peers-${name}.json`),
    `${JSON.stringify({ name, node: process.version, versions, ...record, outcomes }, null, 2)}\n`,
  );
  putOnPage(name, lines);
  return outcomes.every(({ seen, limit }) => seen <= limit);
}

function round(number) {
  return number < 1 ? number.toFixed(4) : String(number);
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
