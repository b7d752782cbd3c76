import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import yaml from 'js-yaml';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { start } from './block-pack.ts';
import { builtCli, type Ended, root, succeed } from './workspace.ts';

/** A pull request: its base has `asm` 9.7, its head 9.8, and its clone is shallow. */
let folder: string;
let base: string;

const manifest = (version: string) =>
  [
    '#block-pack import manifest v1',
    '#packer java',
    `/app/lib/asm-${version}.jar from sha256:${version.padEnd(64, '0').replace('.', '0')} size=1000 purl=pkg:maven/org.ow2.asm/asm@${version}`,
    '',
  ].join('\n');

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'block-pack-review-test-'));
  const origin = join(folder, 'origin');
  const git = (...words: readonly string[]) =>
    succeed(
      'git',
      ['-c', 'user.name=me', '-c', 'user.email=me@example.org', '-c', 'init.defaultBranch=main', ...words],
      { cwd: origin },
    ).trim();
  const commit = (file: string, text: string) => {
    mkdirSync(join(origin, file, '..'), { recursive: true });
    writeFileSync(join(origin, file), text);
    git('add', '.');
    git('commit', '--quiet', '-m', 'change');
  };
  mkdirSync(origin);
  git('init', '--quiet');
  git('config', 'uploadpack.allowAnySHA1InWant', 'true');
  commit('block-pack/java.import', manifest('9.7'));
  base = git('rev-parse', 'HEAD');
  commit('block-pack/java.import', manifest('9.8'));
  commit('later/java.import', manifest('9.8'));
  succeed('git', ['clone', '--quiet', '--depth=1', `file://${origin}`, 'clone'], { cwd: folder });
  // What the snippet for GitLab calls as npx.
  mkdirSync(join(folder, 'bin'));
  const npx = `#!/bin/sh\nshift 2\nexec '${process.execPath}' '${builtCli}' "$@"\n`;
  writeFileSync(join(folder, 'bin/npx'), npx, { mode: 0o755 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Note {
  readonly id: number;
  body: string;
  readonly user: { readonly type: string };
  readonly author: { readonly id: number };
}

/** Keeps comments as both services do. */
let server: Server;
let address: string;
let notes: Note[];
let asked: string[];
let refusal: number | undefined;

beforeEach(async () => {
  [notes, asked, refusal] = [[], [], undefined];
  server = createServer(async (request, response) => {
    const { method = '', url = '' } = request;
    const { pathname, searchParams } = new URL(url, 'http://x');
    asked.push(`${method} ${pathname} ${request.headers.authorization ?? request.headers['private-token']}`);
    const answer = (value: unknown) => {
      response.writeHead(refusal ?? 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    if (refusal !== undefined) return answer({});
    if (pathname === '/user') return answer({ id: 7 });
    if (method === 'GET') {
      const page = Number(searchParams.get('page'));
      return answer(notes.slice((page - 1) * 100, page * 100));
    }
    const { body } = JSON.parse(await text(request));
    if (method === 'POST') notes.push(note(body, 'Bot', 7));
    const id = Number(pathname.split('/').at(-1));
    for (const one of notes) if (method !== 'POST' && one.id === id) one.body = body;
    answer({});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

function note(body: string, type: string, author: number): Note {
  return { id: notes.length + 1, body, user: { type }, author: { id: author } };
}

async function text(request: IncomingMessage): Promise<string> {
  let all = '';
  for await (const part of request.setEncoding('utf8')) all += part;
  return all;
}

/** The server answers only while nothing waits for it in this process. */
function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ended> {
  const own = {
    PATH: `${folder}/bin:${process.env.PATH}`,
    HOME: folder,
    BLOCK_PACK_STORE: `${folder}/store`,
  };
  return start(program, args, { cwd: join(folder, 'clone'), env: { ...own, ...env } }).ended;
}

/** Someone else's comments, one of which would be written over if it were taken for ours. */
function talk(marker: string): void {
  for (let at = 0; at < 120; at++) notes.push(note('good', 'User', 1));
  notes.push(note(`${marker}\nmine`, 'User', 1));
}

describe('the action for GitHub', () => {
  function review(more: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const event = join(folder, 'event.json');
    writeFileSync(event, JSON.stringify({ pull_request: { number: 5, base: { sha: base } } }));
    return run(process.execPath, [join(root, 'tools/action/review.mjs')], {
      GITHUB_API_URL: address,
      GITHUB_EVENT_PATH: event,
      GITHUB_REPOSITORY: 'me/shop',
      REVIEW_COMMAND: `${process.execPath}\n${builtCli}\n`,
      REVIEW_TOKEN: 'secret',
      ...more,
    });
  }

  test('comments once, and writes over its comment the next time', async () => {
    talk('<!-- block-pack diff -->');
    const summary = join(folder, 'summary.md');
    const first = await review({ GITHUB_STEP_SUMMARY: summary });
    expect(first.exitCode, first.stderr).toBe(0);
    expect(first.stdout).toContain('ships 1.0 kB of 1.0 kB');
    expect(first.stdout + first.stderr).not.toContain('secret');
    expect(notes).toHaveLength(122);
    expect(notes[121]?.body).toMatch(/^<!-- block-pack diff -->\n\*\*ships 1\.0 kB/);
    expect(readFileSync(summary, 'utf8')).toContain('**ships 1.0 kB');
    const second = await review({ REVIEW_ARGUMENTS: '--fail-on\nminor\n' });
    expect(second.exitCode).toBe(2);
    const third = await review({ REVIEW_ARGUMENTS: ' --fail-on\n same-version,unverified \n' });
    expect(third.exitCode).toBe(1);
    expect(notes).toHaveLength(122);
    expect(notes[121]?.body).toContain('rules: 1 broken');
    expect(notes[120]?.body).toContain('mine');
    expect(asked.at(-1)).toBe('PATCH /repos/me/shop/issues/comments/122 Bearer secret');
  });

  test('fails no job where it may not comment, and says why', async () => {
    refusal = 403;
    const forbidden = await review();
    expect(forbidden.exitCode).toBe(0);
    expect(forbidden.stdout).toContain('::warning::No comment was written: GitHub answered 403 to GET');
    expect(forbidden.stdout).toContain('from a fork');
    const gone = await review({ GITHUB_API_URL: 'http://127.0.0.1:1' });
    expect([gone.exitCode, gone.stdout]).toEqual([0, expect.stringContaining('::warning::No comment')]);
    const silent = await review({ REVIEW_TOKEN: '' });
    expect([silent.exitCode, silent.stdout]).toEqual([0, expect.stringContaining('there is no token')]);
  });

  test('reports alone where there is nothing to compare with', async () => {
    const fresh = await review({ REVIEW_MANIFEST: 'later', REVIEW_ARGUMENTS: '--fail-on\nnew' });
    expect([fresh.exitCode, fresh.stdout]).toEqual([0, expect.stringContaining('The base has no later')]);
    expect(notes[0]?.body).toMatch(/^<!-- block-pack report -->/);
    const pushed = join(folder, 'push.json');
    writeFileSync(pushed, '{}');
    asked = [];
    expect((await review({ GITHUB_EVENT_PATH: pushed })).exitCode).toBe(0);
    expect(asked).toEqual([]);
  });

  test('has its inputs where the script looks for them', () => {
    const action = yaml.load(readFileSync(join(root, 'tools/action/action.yml'), 'utf8')) as {
      inputs: Record<string, { description: string; default: string }>;
      runs: { steps: { env: Record<string, string>; run: string }[] };
    };
    const [step] = action.runs.steps;
    const expected = Object.keys(action.inputs).map((name) => [
      `REVIEW_${name.toUpperCase()}`,
      `\${{ inputs.${name} }}`,
    ]);
    expect(Object.entries(step?.env ?? {}).sort()).toEqual(expected.sort());
    expect(step?.run).not.toContain('${{');
    const script = readFileSync(join(root, 'tools/action/review.mjs'), 'utf8');
    expect([...new Set(script.match(/REVIEW_[A-Z]+/g))].sort()).toEqual(
      expected.map(([name]) => name).sort(),
    );
  });
});

describe('the job for GitLab', () => {
  const page = readFileSync(join(root, 'docs/guide/ci.md'), 'utf8');
  const block = /## GitLab\n[^`]*(?:`[^`]+`[^`]*)*```yaml\n(.*?)```/s.exec(page)?.[1] ?? '';
  const job = yaml.load(block) as { dependencies: { script: string[] } };

  function runJob(more: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return run('bash', ['-eo', 'pipefail', '-c', job.dependencies.script.join('\n')], {
      CI_API_V4_URL: address,
      CI_PROJECT_ID: '3',
      CI_MERGE_REQUEST_IID: '5',
      CI_MERGE_REQUEST_DIFF_BASE_SHA: base,
      CI_PROJECT_DIR: join(folder, 'clone'),
      BLOCK_PACK_TOKEN: 'secret',
      ...more,
    });
  }

  test('writes one note, and writes over it the next time', async () => {
    succeed('git', ['fetch', '--quiet', '--depth=1', 'origin', base], { cwd: join(folder, 'clone') });
    talk('<!-- block-pack diff -->');
    const first = await runJob();
    expect(first.exitCode, first.stderr).toBe(0);
    expect(notes[121]?.body).toMatch(/^<!-- block-pack diff -->\n\*\*ships 1\.0 kB/);
    expect((await runJob()).exitCode).toBe(0);
    expect(notes).toHaveLength(122);
    expect(asked.at(-1)).toBe('PUT /projects/3/merge_requests/5/notes/122 secret');
  });

  test('does the same without a note where it may not write one', async () => {
    refusal = 401;
    const refused = await runJob();
    expect([refused.exitCode, refused.stdout]).toEqual([0, expect.stringContaining('GitLab answered 401')]);
    const silent = await runJob({ BLOCK_PACK_TOKEN: '' });
    expect([silent.exitCode, silent.stdout]).toEqual([0, expect.stringContaining('no BLOCK_PACK_TOKEN')]);
    const unknown = await runJob({ CI_MERGE_REQUEST_DIFF_BASE_SHA: '0'.repeat(40) });
    expect(unknown.exitCode).toBe(3);
  });
});
