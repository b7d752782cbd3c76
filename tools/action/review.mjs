/**
 * What the GitHub Action does: compares the import manifests of a pull request with those of its base, writes the summary of the job, and keeps one
 * comment on the pull request up to date. It ends as block-pack does; a comment that cannot be written never fails the job.
 */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { env } = process;

/** Pages of a hundred comments in which the earlier one is looked for. */
const mostPages = 30;

process.exitCode = await review();

async function review() {
  const scratch = mkdtempSync(join(tmpdir(), 'block-pack-review-'));
  try {
    const file = join(scratch, 'comment.md');
    const { pull_request: pull } = env.GITHUB_EVENT_PATH
      ? JSON.parse(readFileSync(env.GITHUB_EVENT_PATH, 'utf8'))
      : {};
    const exitCode = compare(pull, file);
    await comment(pull, file);
    return exitCode;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function compare(pull, file) {
  const manifest = env.REVIEW_MANIFEST || 'block-pack';
  const formats = ['--format', `markdown=${file}`, '--format', 'text'];
  if (env.GITHUB_STEP_SUMMARY) formats.push('--format', 'step-summary');
  const before = env.REVIEW_BEFORE || (pull && `${pull.base.sha}:${manifest}`);
  if (!before) {
    say('notice', 'There is no pull request to compare with: the manifest is reported as it is.');
    return blockPack('report', ...formats, '--', manifest);
  }
  if (!env.REVIEW_BEFORE && !isAtBase(pull.base.sha, before)) {
    say('notice', `The base has no ${manifest}: it is reported as it is, and no rules are applied.`);
    return blockPack('report', ...formats, '--', manifest);
  }
  return blockPack('diff', ...formats, ...lines(env.REVIEW_ARGUMENTS), '--', before, manifest);
}

/** A shallow clone has the base fetched first. */
function isAtBase(commit, object) {
  const has = (name) => git('cat-file', '-e', '--end-of-options', name).status === 0;
  if (!has(`${commit}^{commit}`)) {
    const { status, stderr } = git('fetch', '--quiet', '--no-tags', '--depth=1', 'origin', commit);
    if (status !== 0) say('warning', `The base cannot be fetched: ${stderr.trim()}`);
    // What is not known to be missing is asked for, so that block-pack says what is wrong.
    if (!has(`${commit}^{commit}`)) return true;
  }
  return has(object);
}

function git(...words) {
  return spawnSync('git', words, { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Its words are no shell's. The token is not for it. */
function blockPack(...words) {
  const [command = 'npx', ...first] = lines(env.REVIEW_COMMAND || 'npx\n--yes\nblock-pack');
  const { REVIEW_TOKEN: _, ...rest } = env;
  // A package may be called like a command of the runner, which looks for them in all that is printed.
  const pause = randomUUID();
  process.stdout.write(`::stop-commands::${pause}\n`);
  const { status, error } = spawnSync(command, [...first, ...words], {
    env: rest,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  process.stdout.write(`::${pause}::\n`);
  if (error) say('error', `${command} cannot be started: ${error.message}`);
  return status ?? 70;
}

async function comment(pull, file) {
  if (!pull) return;
  const body = read(file);
  if (body === undefined) return;
  if (!env.REVIEW_TOKEN) return say('notice', 'No comment was written: there is no token.');
  const marker = body.slice(0, body.indexOf('\n'));
  const issues = `repos/${env.GITHUB_REPOSITORY}/issues`;
  try {
    const earlier = await earlierComment(`${issues}/${pull.number}/comments`, marker);
    if (earlier === undefined) await ask('POST', `${issues}/${pull.number}/comments`, { body });
    else if (earlier.body !== body) await ask('PATCH', `${issues}/comments/${earlier.id}`, { body });
  } catch (error) {
    say('warning', `No comment was written: ${error.message}. The report stands in the summary of the job.`);
  }
}

/** Of a bot, since anybody could write a comment that begins with the marker, and it would be written over. */
async function earlierComment(comments, marker) {
  for (let page = 1; page <= mostPages; page++) {
    const found = await ask('GET', `${comments}?per_page=100&page=${page}`);
    const own = found.find(({ body, user }) => user?.type === 'Bot' && body?.startsWith(`${marker}\n`));
    if (own !== undefined || found.length < 100) return own;
  }
  return undefined;
}

async function ask(method, path, body) {
  const response = await fetch(`${env.GITHUB_API_URL}/${path}`, {
    method,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${env.REVIEW_TOKEN}`,
      'content-type': 'application/json',
      'x-github-api-version': '2022-11-28',
    },
    signal: AbortSignal.timeout(60_000),
    ...(body && { body: JSON.stringify(body) }),
  });
  if (response.ok) return response.json();
  const isForbidden = [401, 403, 404].includes(response.status);
  const reason = isForbidden
    ? ': the token may not write here. That of a pull request from a fork never may; else give the job "permissions: pull-requests: write"'
    : '';
  throw new Error(`GitHub answered ${response.status} to ${method}${reason}`);
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function lines(text = '') {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** @see https://docs.github.com/actions/reference/workflow-commands-for-github-actions */
function say(level, message) {
  const escaped = message.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  process.stdout.write(`::${level}::${escaped}\n`);
}
