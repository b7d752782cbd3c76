import { manifestPlace } from '@block-pack/core';
import {
  atLine,
  choice,
  either,
  flag,
  listOf,
  named,
  oneOrMany,
  type Read,
  table,
  text,
  usualOrText,
} from './shape.ts';

/** What every packer takes. The keys are those of its options on the command line, in the spelling of JSON. */
const anyPacker = {
  name: {
    shape: text,
    about:
      'name of the import manifest in the image, where one packer packs several inputs; the packer, where it is not said',
  },
  prefix: { shape: text, about: 'where the input lands in the image' },
  output: { shape: text, about: 'the import manifest; block-pack/<name>.import where it is not said' },
  tag: { shape: text, about: 'name of the pack in the store' },
};

const input = { shape: text, about: 'what is packed, relative to the directory of the application' };

const java = table(
  {
    ...anyPacker,
    input: { shape: oneOrMany(text), about: 'directories and archives that are packed into one manifest' },
    evidence: {
      shape: oneOrMany(text),
      about: 'what the build resolved: mvn dependency:list output, gradle.lockfile, CycloneDX, SPDX',
    },
    mavenRepository: { shape: usualOrText, about: 'name unknown jars by those of a local Maven repository' },
    gradleCache: { shape: usualOrText, about: "name unknown jars by those of Gradle's cache" },
    application: { shape: oneOrMany(text), about: "file names of jars that are the application's own" },
  },
  ['input'],
);

const npm = table({
  ...anyPacker,
  input: { shape: text, about: "the project's directory; the application's where it is not said" },
  omit: { shape: oneOrMany(choice('dev', 'optional', 'peer')), about: 'dependencies that are left out' },
  workspace: {
    shape: oneOrMany(text),
    about: 'workspaces by folder or by name: only what these need is packed',
  },
  npmCache: { shape: usualOrText, about: "say which packages are as published, by npm's cache" },
  tarballs: { shape: text, about: 'the same by tarballs in a directory' },
});

const python = table(
  {
    ...anyPacker,
    input: { shape: text, about: 'a virtual environment, target directory or directory of wheels' },
    python: { shape: text, about: 'path of the interpreter in the image' },
    lock: { shape: oneOrMany(text), about: 'lock files that distributions are checked against' },
    pyc: {
      shape: choice('drop', 'unchecked-hash'),
      about: 'compiled modules; who compiles them is named by the caller, with --pyc-python',
    },
  },
  ['input'],
);

const files = table(
  {
    ...anyPacker,
    input,
    exclude: { shape: oneOrMany(text), about: 'files, folders and patterns that are left out' },
  },
  ['input'],
);

const words = either('a text or a list of texts', text, listOf(text));

const image = table(
  {
    output: {
      shape: oneOrMany(text),
      about: 'where the image goes: oci:DIR[:tag], oci-archive:FILE[:tag] or docker-archive:FILE[:name:tag]',
    },
    base: { shape: text, about: 'the image to build upon; scratch where it is not said' },
    platform: { shape: oneOrMany(text), about: 'which images of the base' },
    form: { shape: choice('standard', 'native'), about: 'native: blocks beside the layers' },
    encoding: { shape: choice('gzip-0', 'gzip-1', 'gzip-6', 'gzip-auto'), about: 'of the layers' },
    replaceBaseFiles: { shape: flag, about: "let imports stand in the place of the base's files" },
    annotation: { shape: named('a table of texts', text), about: "annotations of the image's manifest" },
    tag: { shape: text, about: 'name of the image in the store' },
    entrypoint: { shape: words, about: "the program; takes the base's cmd away" },
    cmd: { shape: words, about: 'its arguments, or the program where there is no entrypoint' },
    env: { shape: named('a table of texts', text), about: 'variables' },
    user: { shape: text, about: 'a name or number, perhaps with a group' },
    workdir: { shape: text, about: 'the working directory' },
    label: { shape: named('a table of texts', text), about: 'labels' },
    expose: { shape: oneOrMany(text), about: 'ports: 8080 or 53/udp' },
    volume: { shape: oneOrMany(text), about: 'directories that outlive the container' },
    stopSignal: { shape: text, about: 'such as SIGINT' },
  },
  ['output'],
);

const report = table({
  format: {
    shape: oneOrMany(text),
    about:
      'as --format of block-pack report, each into a file: markdown=report.md, csv=packages.csv, step-summary',
  },
  rules: { shape: oneOrMany(text), about: 'files of rules; exit 1 where one is broken' },
});

/** One packer's entry. */
export type PackerEntry<P extends PackerName> = P extends 'java'
  ? Read<typeof java>
  : P extends 'npm'
    ? Read<typeof npm>
    : P extends 'python'
      ? Read<typeof python>
      : Read<typeof files>;

/** The packers, in the order in which they run. */
export const packerNames = ['java', 'npm', 'python', 'files'] as const;

export type PackerName = (typeof packerNames)[number];

export type ImageEntry = Read<typeof image>;
export type ReportEntry = Read<typeof report>;

export const application = table({
  directory: {
    shape: text,
    about: 'what its paths are relative to; the directory of the configuration where it is not said',
  },
  java: { shape: oneOrMany(atLine(java)), about: 'jars, packed as block-pack java does' },
  npm: { shape: oneOrMany(atLine(npm)), about: 'node_modules, packed as block-pack npm does' },
  python: { shape: oneOrMany(atLine(python)), about: 'distributions, packed as block-pack python does' },
  files: {
    shape: oneOrMany(atLine(files)),
    about: 'the application itself, packed as block-pack files does',
  },
  image: { shape: atLine(image), about: 'the image that is made of all that, as block-pack image does' },
  report: { shape: atLine(report), about: 'a report of all that, as block-pack report makes it' },
});

export type ApplicationEntry = Read<typeof application>;

/** The import manifest of an entry: its name in an image, and its file, which lies where it can be committed, since a build's own directory is cleaned. */
export function importManifestOf(
  packer: PackerName,
  {
    name = packer,
    output = manifestPlace(name),
  }: { readonly name?: string | undefined; readonly output?: string | undefined },
): { readonly name: string; readonly output: string } {
  return { name, output };
}
