import { Parser } from 'xml2js';

/** An element by its local name: namespaces play no part in the documents read here. */
export interface XmlElement {
  readonly name: string;
  readonly text: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
}

/** Poms are flat; what nests deeper was made to hurt. */
const deepest = 100;

/** A bill of materials has about 50 for each library. Half a million are parsed in some three seconds. */
const mostElements = 500_000;

/** @returns undefined for what is not well-formed, nests too deep or holds too much */
export function readXml(text: string): XmlElement | undefined {
  let parsed: unknown;
  let failed = false;
  // Without `async` the callback runs before parseString returns. Entities that a document declares are not expanded.
  const parser = new Parser({
    explicitRoot: false,
    explicitChildren: true,
    preserveChildrenOrder: true,
    explicitCharkey: true,
    // No element can be called so; one called `_`, which is the default, would mix with the text around it.
    charkey: textKey,
    tagNameProcessors: [limited(mostElements)],
  });
  try {
    parser.parseString(text, (error, result: unknown) => {
      failed ||= error !== null;
      parsed ??= result;
    });
  } catch {
    return undefined;
  }
  return failed || isTooDeep(parsed) ? undefined : elementOf(parsed);
}

const textKey = '#text';

/** Counts in the parser itself: what looks like a tag may stand in a comment, an attribute or a declaration. */
function limited(most: number): (name: string) => string {
  let left = most;
  return (name) => {
    left--;
    if (left < 0) throw new Error(`more than ${most} elements`);
    return name;
  };
}

export function childrenOf(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? [];
}

export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name);
}

/** The child's text, if there is any. */
export function textOf(element: XmlElement | undefined, name: string): string | undefined {
  return childOf(element, name)?.text || undefined;
}

/** Text from bytes in the encoding that the document declares; some real poms are ISO-8859-1. */
export function decodeXml(bytes: Uint8Array): string {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 200));
  const declared = /^(?:\xEF\xBB\xBF)?<\?xml[^>]*\bencoding\s*=\s*["']([\w.-]+)["']/.exec(head)?.[1];
  try {
    return new TextDecoder(encodingByMark(bytes) ?? declared ?? 'utf-8').decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

function encodingByMark(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : undefined;
}

/** Goes level by level over what {@link elementOf} will walk, which has a stack only so high. */
function isTooDeep(root: unknown): boolean {
  let level = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth === deepest) return true;
    level = level.flatMap(nodesIn);
  }
  return false;
}

/** xml2js gives `#name`, `#text`, `$` (attributes) and `$$` (children in order). */
function elementOf(node: unknown): XmlElement | undefined {
  if (typeof node !== 'object' || node === null) return undefined;
  const { '#name': name, [textKey]: text, $: attributes } = node as Record<string, unknown>;
  if (typeof name !== 'string') return undefined;
  return {
    name: name.slice(name.indexOf(':') + 1),
    text: typeof text === 'string' ? text.trim() : '',
    attributes: (attributes ?? {}) as Record<string, string>,
    children: nodesIn(node)
      .map(elementOf)
      .filter((child) => child !== undefined),
  };
}

function nodesIn(node: unknown): readonly unknown[] {
  if (typeof node !== 'object' || node === null || !('$$' in node)) return [];
  return Array.isArray(node.$$) ? node.$$ : [];
}
