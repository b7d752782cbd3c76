import { existsSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { type Configuration, readConfiguration } from '@block-pack/config';
import { BlockPackError } from '@block-pack/core';
import { parsePlace, writeFileAtomic } from '@block-pack/store';
import type { CommandContext, Outcome } from '../command.ts';
import { detectProject } from '../project/detect-project.ts';
import { findConfiguration } from '../project/find-configuration.ts';
import { planApplications } from '../project/plan-applications.ts';
import { withPackScript } from '../project/project-script.ts';
import { printable } from '../table.ts';

export interface InitCommandOptions {
  readonly base?: string;
  readonly yes?: boolean;
}

/** What became of one file. */
interface FileResult {
  readonly path: string;
  readonly state: 'written' | 'kept';
  readonly about: string;
}

const fileName = 'block-pack.config.json';
/** Where npm puts block-pack, which carries the schema; editors then know all keys. */
const schema = './node_modules/block-pack/schema/config.v1.schema.json';
const imageOutput = 'oci:block-pack/image:latest';

export async function init(options: InitCommandOptions, context: CommandContext): Promise<Outcome> {
  const found = await findConfiguration(undefined, context);
  const made = found === undefined ? await writeConfiguration(options, context) : undefined;
  const configuration = found ?? made?.configuration;
  const files: FileResult[] = [
    made?.file ?? { path: found?.file ?? fileName, state: 'kept', about: 'there is a configuration already' },
    ...(await addScript(context)),
    ...(configuration === undefined ? [] : await addIgnoreLines(configuration, context)),
  ];
  const next = [...(made?.preparations ?? []), ...nextOfNx(context), 'block-pack pack'];
  return {
    document: { configuration: configuration?.file ?? fileName, detected: made?.reasons ?? [], files, next },
    text: (console) =>
      [
        ...(made?.reasons ?? []).map((reason) => `  ${printable(reason)}\n`),
        ...files.map(
          ({ path, state, about }) => `${console.bold(state)}  ${printable(path)}: ${printable(about)}\n`,
        ),
        `\nnext     ${next.map(printable).join('\n         ')}\n`,
      ].join(''),
    exitCode: 0,
  };
}

interface Made {
  readonly configuration: Configuration | undefined;
  readonly file: FileResult;
  readonly reasons: readonly string[];
  readonly preparations: readonly string[];
}

async function writeConfiguration(options: InitCommandOptions, context: CommandContext): Promise<Made> {
  const { name, application, reasons, preparations } = detectProject(context.directory);
  if (reasons.length === 0) {
    throw new BlockPackError('USAGE', 'Nothing in this directory says what kind of project it is', {
      hint: 'Looked for pom.xml, build.gradle, package.json with dependencies, pyproject.toml, requirements.txt, and jars in lib. Run it in the directory of one.',
      details: { path: context.directory },
    });
  }
  const image = await imageEntry(options, context);
  const ofNpm = existsSync(join(context.directory, 'package.json'));
  const document = {
    ...(ofNpm ? { $schema: schema } : {}),
    applications: { [name]: { ...application, ...image } },
  };
  const text = `${JSON.stringify(document, undefined, 2)}\n`;
  const configuration = readConfiguration(text, fileName);
  await writeFileAtomic(join(context.directory, fileName), text);
  const file = { path: fileName, state: 'written', about: `the application ${name}` } as const;
  return { configuration, file, reasons, preparations };
}

/** Which base is right, and what is started in it, nothing in a project tells. */
async function imageEntry(
  { base, yes }: InitCommandOptions,
  { ask, directory }: CommandContext,
): Promise<object> {
  const mayAsk = yes !== true && ask !== undefined;
  const chosen =
    base ?? (mayAsk ? await ask('Image to build upon, such as oci:base:21 (empty: make no image): ') : '');
  if (chosen === '') return {};
  if (chosen !== 'scratch') parsePlace(chosen, directory);
  const cmd = mayAsk
    ? await ask('What it starts, such as node /app/main.js (empty: as the base says): ')
    : '';
  return { image: { base: chosen, ...(cmd === '' ? {} : { cmd }), output: imageOutput } };
}

async function addScript({ directory }: CommandContext): Promise<readonly FileResult[]> {
  const path = join(directory, 'package.json');
  if (!existsSync(path)) return [];
  const change = withPackScript(readFileSync(path, 'utf8'), existsSync(join(directory, '.yarnrc.yml')));
  if (change.kind === 'kept') return [{ path: 'package.json', state: 'kept', about: change.why }];
  await writeFileAtomic(path, change.text);
  return [{ path: 'package.json', state: 'written', about: `the script ${change.script}` }];
}

/** Images are made anew; import manifests belong into version control. */
async function addIgnoreLines(
  configuration: Configuration,
  { directory }: CommandContext,
): Promise<readonly FileResult[]> {
  const plans = planApplications(configuration, [], { pycPython: 'python3' }, directory);
  const places = plans.flatMap(({ images }) => images.map(({ path }) => relative(directory, path)));
  const lines = [...new Set(places)]
    .filter((path) => path !== '' && !path.startsWith('..'))
    .map((path) => `/${path.split(sep).join('/')}`);
  const path = resolve(directory, '.gitignore');
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const there = new Set(before.split(/\r?\n/).map((line) => line.trim().replace(/\/$/, '')));
  const missing = lines.filter((line) => !there.has(line));
  if (missing.length === 0) return [];
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  await writeFileAtomic(path, `${before}${gap}${missing.join('\n')}\n`);
  return [{ path: '.gitignore', state: 'written', about: missing.join(', ') }];
}

function nextOfNx({ directory }: CommandContext): readonly string[] {
  return existsSync(join(directory, 'nx.json')) ? ['in nx.json: "plugins": ["@block-pack/nx"]'] : [];
}
