import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { scratch, settle } from './process-run.mjs';

/**
 * Runs the contestants in turns (A B A B ...), so that a busy machine is busy for all of them.
 * @param contest `{ name, title, rounds, contestants: [{ name, prepare?, run }], goals: [{ text, seen, limit }] }`;
 * `prepare(round)` is not measured and may be asynchronous; `goals` get the medians by contestant and say `seen` and `limit`
 */
export async function hold(contest) {
  const { name, title, rounds, contestants, goals } = contest;
  const runs = new Map(contestants.map((contestant) => [contestant.name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { name: who, prepare, run } of contestants) {
      await prepare?.(round);
      settle();
      runs.get(who).push(run(round));
    }
  }
  const medians = Object.fromEntries([...runs].map(([who, all]) => [who, medianOf(all)]));
  const outcomes = goals.map((goal) => outcomeOf(goal, medians));
  show(title, rounds, medians, outcomes);
  writeFileSync(join(scratch, `${name}.json`), `${JSON.stringify(record(), null, 2)}\n`);
  return outcomes.every(({ met }) => met);

  function record() {
    const machine = {
      node: process.version,
      platform: process.platform,
      cpus: cpus().length,
      model: cpus()[0]?.model,
    };
    return { name, title, machine, medians, goals: outcomes, runs: Object.fromEntries(runs) };
  }
}

function medianOf(runs) {
  return Object.fromEntries(Object.keys(runs[0]).map((key) => [key, median(runs.map((run) => run[key]))]));
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
}

function outcomeOf({ text, seen, limit }, medians) {
  const value = Math.round(seen(medians) * 100) / 100;
  return { text, seen: value, limit, met: value <= limit };
}

function show(title, rounds, medians, outcomes) {
  const width = Math.max(...Object.keys(medians).map((who) => who.length));
  print(`\n${title} (medians of ${rounds} runs in turns)`);
  for (const [who, { ms, peakMb }] of Object.entries(medians)) {
    const memory = peakMb === undefined ? '' : `${peakMb.toFixed(0).padStart(8)} MB`;
    print(`  ${who.padEnd(width)} ${ms.toFixed(0).padStart(8)} ms${memory}`);
  }
  for (const { text, seen, limit, met } of outcomes) {
    print(`  ${met ? 'met   ' : 'MISSED'} ${text}: ${seen}, at most ${limit}`);
  }
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
