/** A change of a file that people write, or why there is none. */
export type ScriptChange =
  | { readonly kind: 'changed'; readonly text: string; readonly script: string }
  | { readonly kind: 'kept'; readonly why: string };

const call = 'block-pack pack';

/**
 * Adds the script that packs to a package.json: behind the build where there is one. What stands there stays, to the byte.
 * @param text of the package.json
 * @param hasYarnSettings whether a `.yarnrc.yml` lies beside it: yarn 2 and later run no `postbuild`
 */
export function withPackScript(text: string, hasYarnSettings = false): ScriptChange {
  const document = parse(text);
  const layout = layoutOf(text);
  if (document === undefined || JSON.stringify(document, undefined, layout.indent) + layout.end !== text)
    return {
      kind: 'kept',
      why: `it is not as npm writes it; add the script "block-pack": "${call}" yourself`,
    };
  const scripts = isObject(document.scripts) ? document.scripts : {};
  const own = Object.entries(scripts).find(
    ([, script]) => typeof script === 'string' && script.includes(call),
  );
  if (own !== undefined) return { kind: 'kept', why: `its script ${own[0]} packs already` };
  const isYarn = hasYarnSettings || /^yarn@[2-9]/.test(String(document.packageManager));
  const names = 'build' in scripts && !isYarn ? ['postbuild', 'block-pack'] : ['block-pack'];
  const script = names.find((name) => !(name in scripts));
  if (script === undefined)
    return { kind: 'kept', why: `it has a script block-pack that does something else` };
  const changed = { ...document, scripts: { ...scripts, [script]: call } };
  return { kind: 'changed', text: JSON.stringify(changed, undefined, layout.indent) + layout.end, script };
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const document: unknown = JSON.parse(text);
    return isObject(document) ? document : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function layoutOf(text: string): { readonly indent: string; readonly end: string } {
  return { indent: /^\{\n([ \t]+)"/.exec(text)?.[1] ?? '', end: text.endsWith('\n') ? '\n' : '' };
}
