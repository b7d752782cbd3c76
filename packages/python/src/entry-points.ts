/** A script that an installer makes for a distribution. */
export interface EntryPoint {
  readonly name: string;
  readonly module: string;
  /** Names joined by dots. */
  readonly attribute: string;
}

const identifiers = /^[\p{L}_][\p{L}\p{N}_]*(\.[\p{L}_][\p{L}\p{N}_]*)*$/u;

/** Characters of a line; real ones have less than 200. */
const longest = 2000;

/**
 * Reads the scripts of an `entry_points.txt`; what could not be a script is left out, as installers would fail on it.
 * @see https://packaging.python.org/en/latest/specifications/entry-points/
 */
export function readEntryPoints(text: string): EntryPoint[] {
  const found = new Map<string, EntryPoint>();
  let isScripts = false;
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim();
    if (line.startsWith('[')) isScripts = /^\[\s*(console_scripts|gui_scripts)\s*\]/.test(line);
    if (!isScripts) continue;
    const entry = entryPointOf(line);
    if (entry !== undefined) found.set(entry.name, entry);
  }
  return [...found.values()];
}

function entryPointOf(line: string): EntryPoint | undefined {
  const equals = line.indexOf('=');
  const colon = line.indexOf(':', equals);
  if (equals < 1 || colon === -1 || line.length > longest) return undefined;
  const name = line.slice(0, equals).trim();
  const module = line.slice(equals + 1, colon).trim();
  const attribute = (line.slice(colon + 1).split('[', 1)[0] ?? '').trim();
  const isName = /^[\w.-][\w. -]*$/.test(name) && !/^\.+$/.test(name) && name.length <= 200;
  return isName && identifiers.test(module) && identifiers.test(attribute)
    ? { name, module, attribute }
    : undefined;
}
