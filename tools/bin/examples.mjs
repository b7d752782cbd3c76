/**
 * `npm run examples`: writes docs/examples, reports of updates of real applications. With `--check` it writes nothing, and ends with 1
 * where an example is not what block-pack says today.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { applications } from '../examples/applications.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const examples = join(root, 'docs/examples');
/** What each report is rendered to, and how its file ends. */
const formats = {
  diff: { markdown: 'md', csv: 'csv', json: 'json' },
  report: { markdown: 'md' },
  share: { markdown: 'md' },
};
const isCheck = process.argv.includes('--check');

const scratch = mkdtempSync(join(tmpdir(), 'block-pack-examples-'));
try {
  for (const application of applications) {
    for (const [file, text] of await reportsOf(application)) settle(file, text);
  }
} finally {
  rmSync(scratch, { recursive: true });
}

/** Files of docs/examples and what should stand in them. */
async function reportsOf({ name, command, releases, fetch }) {
  const manifests = [];
  for (const release of releases) {
    const manifest = `${name}-${release}.import`;
    run(command, await fetch(release), '-o', manifest);
    manifests.push(manifest);
  }
  const reports = { diff: manifests, report: manifests.slice(-1), share: manifests };
  return Object.entries(reports).flatMap(([kind, inputs]) => {
    const files = Object.entries(formats[kind]).map(([format, ending]) => [
      format,
      `${name}-${kind}.${ending}`,
    ]);
    run(kind, ...inputs, ...files.flatMap(([format, file]) => ['--format', `${format}=${file}`]));
    return files.map(([, file]) => [file, readFileSync(join(scratch, file), 'utf8')]);
  });
}

function run(...words) {
  const cli = join(root, 'packages/cli/dist/block-pack.js');
  const { status, stderr } = spawnSync(process.execPath, [cli, ...words, '--store', 'store'], {
    cwd: scratch,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`block-pack ${words.join(' ')} ended with ${status}: ${stderr}`);
}

function settle(file, text) {
  const path = join(examples, file);
  if (!isCheck) {
    mkdirSync(examples, { recursive: true });
    writeFileSync(path, text);
  } else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    process.stdout.write(`docs/examples/${file} is stale: npm run examples\n`);
    process.exitCode = 1;
  }
}
