import { type ApplicationEntry, application, packerNames } from './application-shape.ts';
import { configurationInvalid, type Value } from './document.ts';
import { readJson } from './read-json.ts';
import { readToml } from './read-toml.ts';
import { type AtLine, atLine, flaw, type JsonSchema, named, table, text } from './shape.ts';

/** What a project says of how its applications are packed. */
export interface Configuration {
  /** As it is shown. */
  readonly file: string;
  readonly applications: ReadonlyMap<string, AtLine<ApplicationEntry>>;
}

const shape = table(
  {
    $schema: { shape: text, about: 'for editors' },
    applications: {
      shape: named('a table of applications', atLine(application)),
      about: 'the applications by name',
    },
  },
  ['applications'],
);

/** Letters and digits, with . _ - between them: a part of tags and file names. */
const applicationName = /^[A-Za-z0-9]+(?:[._-]+[A-Za-z0-9]+)*$/;

/** A file that may hold a configuration, and where in it. */
interface ConfigurationFile {
  readonly name: string;
  /** The keys that lead to the configuration. */
  readonly within: readonly string[];
  read(text: string, file: string): Value;
}

const configurationFiles: readonly ConfigurationFile[] = [
  { name: 'block-pack.config.json', within: [], read: readJson },
  { name: 'package.json', within: ['block-pack'], read: readJson },
  { name: 'pyproject.toml', within: ['tool', 'block-pack'], read: readToml },
];

/** The files of a directory that may hold a configuration. */
export const configurationFileNames: readonly string[] = configurationFiles.map(({ name }) => name);

/** The published schema of block-pack.config.json, draft 2020-12. */
export function configurationSchema(): JsonSchema {
  const title = 'How block-pack packs the applications of a project';
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', title, ...shape.schema };
}

/**
 * Reads a configuration out of the text of a file, by what the file is called: package.json, pyproject.toml, or any other name for a
 * file that holds nothing else, as JSON.
 * @param file its path as it is shown
 * @returns undefined where the file is another tool's, and says nothing of block-pack
 * @throws USAGE with file, line and key
 */
export function readConfiguration(content: string, file: string): Configuration | undefined {
  const name = file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
  const { within, read } = configurationFiles.find((one) => one.name === name) ?? {
    within: [],
    read: name.endsWith('.toml') ? readToml : readJson,
  };
  // Other tools' files may be in dialects that are not read here, and then are no affair of ours.
  if (within.length > 0 && !content.includes('block-pack')) return undefined;
  const value = memberAt(read(content, file), within);
  if (value === undefined) return undefined;
  const { applications } = shape.read(value, { file, path: within.join('.') });
  check(applications, value, file);
  return { file, applications };
}

function memberAt(value: Value, [key, ...rest]: readonly string[]): Value | undefined {
  if (key === undefined) return value;
  if (value.kind !== 'table') return undefined;
  const member = value.members.findLast((one) => one.key === key);
  return member && memberAt(member.value, rest);
}

/** What a shape does not say: that there is something to do. */
function check(applications: Configuration['applications'], { line }: Value, file: string): void {
  if (applications.size === 0)
    throw configurationInvalid(
      `${file}:${line}`,
      'the configuration has no application',
      'Make one: block-pack init.',
    );
  for (const [name, { line: at, value }] of applications) {
    if (!applicationName.test(name)) {
      const hint = 'Letters and digits, with . _ - between them.';
      throw configurationInvalid(
        `${file}:${at}`,
        `${JSON.stringify(name)} cannot be the name of an application`,
        hint,
      );
    }
    if (packerNames.some((packer) => value[packer] !== undefined)) continue;
    const where = { file, path: `applications.${name}` };
    throw flaw({ line: at }, where, 'packs nothing', `Say what it is made of: ${packerNames.join(', ')}.`);
  }
}
