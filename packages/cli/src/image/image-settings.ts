import { BlockPackError, type ImageSettings, type Platform, parsePlatform } from '@block-pack/core';
import { parsePrefix } from '../prefix.ts';

/** How the image is run, as the command line has it. */
export interface SettingOptions {
  readonly entrypoint?: string;
  readonly cmd?: string;
  readonly env?: readonly string[];
  readonly user?: string;
  readonly workdir?: string;
  readonly label?: readonly string[];
  readonly expose?: readonly string[];
  readonly volume?: readonly string[];
  readonly stopSignal?: string;
}

/** @throws USAGE */
export function parseSettings(options: SettingOptions): ImageSettings {
  const { entrypoint, cmd, env, user, workdir, label, expose, volume, stopSignal } = options;
  return {
    entrypoint: entrypoint === undefined ? undefined : parseWords('--entrypoint', entrypoint),
    cmd: cmd === undefined ? undefined : parseWords('--cmd', cmd),
    env: env && parsePairs('--env', env),
    user: user === undefined ? undefined : parseUser(user),
    workdir: parsePrefix(workdir, '--workdir'),
    labels: label && parsePairs('--label', label),
    ports: expose?.map(parsePort),
    volumes: volume?.map((path) => parsePrefix(path, '--volume') ?? path),
    stopSignal: stopSignal === undefined ? undefined : parseSignal(stopSignal),
  };
}

/** A JSON array of texts, or words that no shell would have to look at. */
function parseWords(option: string, text: string): readonly string[] {
  const words = text.trimStart().startsWith('[') ? jsonWords(text) : plainWords(text);
  if (words !== undefined && !words.some((word) => word.includes('\0'))) return words;
  throw new BlockPackError('USAGE', `${option} ${text} is not understood`, {
    hint: `No shell looks at it. Write words without quotes, ${option} "java -jar /app/app.jar", or a JSON array, ${option} '["sh","-c","exec java $JAVA_OPTS"]'.`,
    details: { option, text },
  });
}

function jsonWords(text: string): readonly string[] | undefined {
  try {
    const words: unknown = JSON.parse(text);
    return Array.isArray(words) && words.every((word) => typeof word === 'string') ? words : undefined;
  } catch {
    return undefined;
  }
}

function plainWords(text: string): readonly string[] | undefined {
  return /["'`\\$;|&<>]/.test(text) ? undefined : text.split(/\s+/).filter((word) => word !== '');
}

/** `KEY=value` each; of two with one key the last counts. @throws USAGE */
export function parsePairs(option: string, texts: readonly string[]): ReadonlyMap<string, string> {
  return new Map(texts.map((text) => parsePair(option, text)));
}

function parsePair(option: string, text: string): [key: string, value: string] {
  const equals = text.indexOf('=');
  if (equals > 0 && !text.includes('\0') && text.isWellFormed())
    return [text.slice(0, equals), text.slice(equals + 1)];
  throw new BlockPackError('USAGE', `${option} ${text} has no key and value`, {
    hint: `Expected ${option} KEY=value.`,
    details: { option, text },
  });
}

function parseUser(text: string): string {
  if (/^[^\s:\0]+(:[^\s:\0]+)?$/.test(text)) return text;
  throw new BlockPackError('USAGE', `--user ${JSON.stringify(text)} is no user`, {
    hint: 'Expected a name or number, perhaps with a group: app, 1000 or 1000:1000.',
  });
}

const portForm = /^([0-9]{1,5})(?:\/(tcp|udp|sctp))?$/;

function parsePort(text: string): string {
  const [, port, protocol = 'tcp'] = portForm.exec(text) ?? [];
  if (port !== undefined && Number(port) > 0 && Number(port) < 65_536) return `${Number(port)}/${protocol}`;
  throw new BlockPackError('USAGE', `--expose ${text} is no port`, { hint: 'Expected 8080 or 53/udp.' });
}

function parseSignal(text: string): string {
  if (/^(SIG[A-Z0-9+-]{2,12}|[1-9][0-9]?)$/.test(text)) return text;
  throw new BlockPackError('USAGE', `--stop-signal ${text} is no signal`, {
    hint: 'Expected a name or a number: SIGINT or 2.',
  });
}

/** Undefined where all platforms of the base are wanted. @throws USAGE */
export function parsePlatforms(texts: readonly string[] = []): readonly Platform[] | undefined {
  if (!texts.includes('all')) return texts.map(parsePlatform);
  if (texts.length === 1) return undefined;
  throw new BlockPackError('USAGE', '--platform all stands alone');
}

/** Seconds since 1970 that a build gives for its sources. @see https://reproducible-builds.org/specs/source-date-epoch/ @throws USAGE */
export function createdTime(sourceDateEpoch: string | undefined): string {
  const text = sourceDateEpoch || '0';
  if (/^[0-9]{1,11}$/.test(text)) return new Date(Number(text) * 1000).toISOString().replace('.000Z', 'Z');
  throw new BlockPackError('USAGE', `SOURCE_DATE_EPOCH is ${JSON.stringify(text)}, which is no time`, {
    hint: 'Expected whole seconds since 1970, or nothing.',
  });
}
