import { dirname, resolve } from 'node:path';
import {
  type ApplicationEntry,
  type AtLine,
  type Configuration,
  type ImageEntry,
  importManifestOf,
  type PackerName,
  type ReportEntry,
} from '@block-pack/config';
import { BlockPackError, isImportsName } from '@block-pack/core';
import type { FilesCommandOptions } from '../commands/files.ts';
import type { JavaCommandOptions } from '../commands/java.ts';
import type { NpmCommandOptions } from '../commands/npm.ts';
import type { PythonCommandOptions } from '../commands/python.ts';
import type { ReviewCommandOptions } from '../commands/report.ts';
import { type ImageOptions, parseCall } from '../image/image-call.ts';
import { blamed } from './blamed.ts';
import { askedFor, outputOf, pathsInside, placesIn, writtenPaths } from './written-paths.ts';

/** What is done for one application: calls of other commands, as data. */
export interface ApplicationPlan {
  readonly name: string;
  /** Absolute; the paths of all calls are relative to it. */
  readonly directory: string;
  readonly packs: readonly PackPlan[];
  readonly images: readonly ImagePlan[];
  readonly report: ReportPlan | undefined;
}

/** Where a call was asked for, such as `block-pack.config.json:7, applications.shop.java`. */
interface Asked {
  readonly where: string;
}

/** One packer's call. */
export type PackPlan = Asked & {
  /** Of the import manifest, in the image. */
  readonly name: string;
  readonly inputs: readonly string[];
} & (
    | { readonly packer: 'java'; readonly options: JavaCommandOptions & Output }
    | { readonly packer: 'npm'; readonly options: NpmCommandOptions & Output }
    | { readonly packer: 'python'; readonly options: PythonCommandOptions & Output }
    | { readonly packer: 'files'; readonly options: FilesCommandOptions & Output }
  );

interface Output {
  readonly output: string;
}

export interface ImagePlan extends Asked {
  /** `NAME=FILE` each. */
  readonly manifests: readonly string[];
  readonly options: ImageOptions;
  /** Of the layout or the archive that is written; absolute. */
  readonly path: string;
}

export interface ReportPlan extends Asked {
  /** An image, or a folder of import manifests. */
  readonly what: string;
  readonly options: ReviewCommandOptions;
}

/** What the caller says: on the command line, else in the environment. */
export interface Caller {
  readonly base?: string | undefined;
  /** With `{app}` for the name of the application. */
  readonly output?: string | undefined;
  readonly pycPython?: string | undefined;
  readonly frozen?: boolean | undefined;
  /** As `--maven` and `--no-maven` of `block-pack java`. */
  readonly maven?: boolean | undefined;
  /** False where no images are to be made. */
  readonly image?: boolean | undefined;
}

/**
 * What is to be done for the applications that are named, or for all.
 * @param directory what the configuration's own path is relative to
 * @throws USAGE
 */
export function planApplications(
  { file, applications }: Configuration,
  names: readonly string[],
  caller: Caller,
  directory: string,
): readonly ApplicationPlan[] {
  const chosen = names.length === 0 ? [...applications.keys()] : [...new Set(names)];
  checkOutputs(chosen, caller);
  const root = dirname(resolve(directory, file));
  const source = { file, root, written: writtenPaths({ file, applications }, caller, directory) };
  return chosen.map((name) => {
    const application = applications.get(name);
    if (application !== undefined) return planApplication(name, application.value, caller, source);
    throw new BlockPackError('USAGE', `${file} has no application ${JSON.stringify(name)}`, {
      hint: `It has ${[...applications.keys()].join(', ')}.`,
      details: { file, application: name },
    });
  });
}

function checkOutputs(names: readonly string[], { output, image }: Caller): void {
  if (output === undefined) return;
  if (image === false)
    throw new BlockPackError('USAGE', '--output names an image, and --no-image makes none');
  if (names.length === 1 || output.includes('{app}')) return;
  throw new BlockPackError('USAGE', `${names.length} images cannot all go to ${output}`, {
    hint: 'Put {app} where the name of the application belongs, oci:out:{app}-1.0, or name one application.',
    details: { output },
  });
}

interface Source {
  readonly file: string;
  /** Directory of the file. */
  readonly root: string;
  /** Absolute paths that no application has for its own. */
  readonly written: readonly string[];
}

function planApplication(
  name: string,
  entry: ApplicationEntry,
  caller: Caller,
  { file, root, written }: Source,
): ApplicationPlan {
  const where = placesIn(file, name);
  const directory = resolve(root, entry.directory ?? '.');
  const outputsIn = (input: string) => pathsInside(resolve(directory, input), written);
  const packs = planPacks(entry, caller, where, outputsIn);
  checkApart(packs);
  const images = planImages({ name, directory, packs }, entry.image, caller, where);
  return {
    name,
    directory,
    packs,
    images,
    report: entry.report && planReport(entry.report, packs, images, where(entry.report.line, 'report')),
  };
}

function planPacks(
  { java = [], npm = [], python = [], files = [] }: ApplicationEntry,
  { frozen, pycPython, maven }: Caller,
  where: (line: number, key: string) => string,
  outputsIn: (input: string) => readonly string[],
): readonly PackPlan[] {
  const run = frozen === true ? { frozen } : {};
  return [
    ...java.map(({ line, value: { name, output, input, ...options } }) => {
      const placed = place('java', { name, output }, where(line, 'java'));
      return {
        packer: 'java',
        ...placed,
        inputs: input,
        options: { ...options, ...(maven === undefined ? {} : { maven }), ...run, output: placed.output },
      } as const;
    }),
    ...npm.map(({ line, value: { name, output, input = '.', ...options } }) => {
      const placed = place('npm', { name, output }, where(line, 'npm'));
      return {
        packer: 'npm',
        ...placed,
        inputs: [input],
        options: { ...options, ...run, output: placed.output },
      } as const;
    }),
    ...python.map(({ line, value: { name, output, input, ...options } }) => {
      const placed = place('python', { name, output }, where(line, 'python'));
      const compiler =
        options.pyc === 'unchecked-hash' ? { pycPython: compilerOf(pycPython, placed.where) } : {};
      return {
        packer: 'python',
        ...placed,
        inputs: [input],
        options: { ...options, ...compiler, ...run, output: placed.output },
      } as const;
    }),
    ...files.map(({ line, value: { name, output, input, ...options } }) => {
      const placed = place('files', { name, output }, where(line, 'files'));
      return {
        packer: 'files',
        ...placed,
        inputs: [input],
        options: { ...options, outputs: outputsIn(input), ...run, output: placed.output },
      } as const;
    }),
  ];
}

/** @throws USAGE for a name that no manifest can have in an image */
function place(packer: PackerName, entry: Parameters<typeof importManifestOf>[1], where: string) {
  const { name, output } = importManifestOf(packer, entry);
  if (isImportsName(name)) return { name, output, where };
  throw new BlockPackError(
    'USAGE',
    `${JSON.stringify(name)} cannot be the name of an import manifest (${where})`,
    { hint: 'Small letters, digits and -, with a letter first.', details: { name } },
  );
}

/** An environment's own interpreter is a file of the project: it is run when the caller says so, not because a file in a checkout does. */
function compilerOf(pycPython: string | undefined, where: string): string {
  if (pycPython !== undefined) return pycPython;
  throw new BlockPackError(
    'USAGE',
    `Modules are to be compiled, and nobody says by which interpreter (${where})`,
    {
      hint: 'Name one of the version that the image has: --pyc-python python3.11, or $BLOCK_PACK_PYC_PYTHON. A configuration names no program that is run.',
    },
  );
}

function checkApart(packs: readonly PackPlan[]): void {
  for (const [at, { name, options, where }] of packs.entries()) {
    const earlier = packs.slice(0, at);
    const twin =
      earlier.find((one) => one.name === name) ??
      earlier.find((one) => one.options.output === options.output);
    if (twin === undefined) continue;
    const what = twin.name === name ? `have the name ${name}` : `write ${options.output}`;
    throw new BlockPackError('USAGE', `Two packers ${what} (${where})`, {
      hint: 'Give one of them another: "name": "config", say.',
      details: { name, output: options.output },
    });
  }
}

/** What is wrong with an image shows before anything is packed. */
function planImages(
  { name, directory, packs }: Pick<ApplicationPlan, 'name' | 'directory' | 'packs'>,
  entry: AtLine<ImageEntry> | undefined,
  caller: Caller,
  where: (line: number, key: string) => string,
): readonly ImagePlan[] {
  if (caller.image === false) return [];
  const own = entry?.value;
  const outputs = [outputOf(name, caller) ?? own?.output ?? []].flat();
  const manifests = packs.map((pack) => `${pack.name}=${pack.options.output}`);
  const asked = askedFor(entry, where);
  return outputs.map((output) => {
    const options = imageOptions(own, output, caller);
    try {
      const call = parseCall(manifests, options, directory, process.env.SOURCE_DATE_EPOCH);
      return { where: asked, manifests, options, path: call.output.place.path };
    } catch (error) {
      throw blamed(error, asked);
    }
  });
}

function imageOptions(entry: Partial<ImageEntry> = {}, output: string, { base }: Caller): ImageOptions {
  const { form = 'standard', entrypoint, cmd, env, label, annotation, ...options } = entry;
  return {
    ...options,
    output,
    form,
    ...(base === undefined ? {} : { base }),
    ...(entrypoint === undefined ? {} : { entrypoint: words(entrypoint) }),
    ...(cmd === undefined ? {} : { cmd: words(cmd) }),
    ...(env === undefined ? {} : { env: pairs(env) }),
    ...(label === undefined ? {} : { label: pairs(label) }),
    ...(annotation === undefined ? {} : { annotation: pairs(annotation) }),
  };
}

function words(entry: string | readonly string[]): string {
  return typeof entry === 'string' ? entry : JSON.stringify(entry);
}

function pairs(entry: ReadonlyMap<string, string>): readonly string[] {
  return [...entry].map(([key, value]) => `${key}=${value}`);
}

function planReport(
  { value }: AtLine<ReportEntry>,
  packs: readonly PackPlan[],
  images: readonly ImagePlan[],
  where: string,
): ReportPlan {
  const spoken = value.format?.find((one) => !/^[^=]+=(?!-$)./.test(one) && one !== 'step-summary');
  if (spoken !== undefined) {
    throw new BlockPackError('USAGE', `The report ${spoken} does not say which file it goes to (${where})`, {
      hint: 'Such as markdown=report.md.',
    });
  }
  const folders = [...new Set(packs.map(({ options }) => dirname(options.output)))];
  const what = images[0]?.options.output ?? (folders.length === 1 ? folders[0] : undefined);
  if (what !== undefined) return { where, what, options: value };
  throw new BlockPackError(
    'USAGE',
    `The report is of one folder, and the import manifests lie in several (${where})`,
    {
      hint: 'Let all of them go to one folder, or make an image.',
      details: { folders },
    },
  );
}
