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

/** @returns undefined for what is not well-formed, or nests too deep */
export function readXml(text: string): XmlElement | undefined {
  if (nestsTooDeep(text)) return undefined;
  let parsed: unknown;
  let failed = false;
  // Without `async` the callback runs before parseString returns. Entities that a document declares are not expanded.
  const parser = new Parser({
    explicitRoot: false,
    explicitChildren: true,
    preserveChildrenOrder: true,
    explicitCharkey: true,
  });
  try {
    parser.parseString(text, (error, result: unknown) => {
      failed ||= error !== null;
      parsed ??= result;
    });
  } catch {
    return undefined;
  }
  return failed ? undefined : elementOf(parsed);
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

/** Looks for `>` and the ends of comments from where they may be, so that it takes no longer than one pass. */
function nestsTooDeep(text: string): boolean {
  let depth = 0;
  let end = 0;
  for (let at = text.indexOf('<'); at !== -1; at = text.indexOf('<', end)) {
    const close = closing.find(([start]) => text.startsWith(start, at))?.[1] ?? '>';
    end = text.indexOf(close, at);
    if (end === -1) return false;
    const next = text.charAt(at + 1);
    if (next === '/') depth--;
    else if (next !== '!' && next !== '?' && text.charAt(end - 1) !== '/') depth++;
    if (depth > deepest) return true;
  }
  return false;
}

const closing = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
] as const;

/** xml2js gives `#name`, `_` (text), `$` (attributes) and `$$` (children in order), of objects without a prototype. */
function elementOf(node: unknown): XmlElement | undefined {
  if (typeof node !== 'object' || node === null) return undefined;
  const { '#name': name, _: text, $: attributes, $$: children } = node as Record<string, unknown>;
  if (typeof name !== 'string') return undefined;
  return {
    name: name.slice(name.indexOf(':') + 1),
    text: typeof text === 'string' ? text.trim() : '',
    attributes: (attributes ?? {}) as Record<string, string>,
    children: Array.isArray(children)
      ? children.map(elementOf).filter((child): child is XmlElement => child !== undefined)
      : [],
  };
}
