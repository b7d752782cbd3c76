import { BlockPackError } from '../error.ts';

/** Bytes that a registry takes for a manifest, and we for any document of an image. @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-manifests */
export const documentLimit = 4 << 20;

/** More than any document of an image needs; deeper ones are made to break readers. */
const depthLimit = 64;

/**
 * Reads JSON that means one thing to every reader, and is written again as it was: UTF-8, no key twice in an object, no `__proto__`, no whole
 * number that would come out as another one, nested no deeper than 64.
 * @param name where the bytes come from, for messages
 * @throws IMAGE_INVALID
 */
export function parseJsonDocument(bytes: Uint8Array, name: string): unknown {
  if (bytes.length > documentLimit) {
    throw imageInvalid(
      name,
      `it has ${bytes.length} bytes, more than the ${documentLimit} that registries take`,
    );
  }
  const text = textOf(bytes, name);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw imageInvalid(name, 'it is not JSON', cause);
  }
  const flaw = structureFlaw(text);
  if (flaw !== undefined) throw imageInvalid(name, flaw);
  return json;
}

function textOf(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw imageInvalid(name, 'it is not UTF-8 text', cause);
  }
}

const token = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]|-?\d[\d.eE+-]*/gs;

/** Looks at well-formed JSON for what JSON.parse passes over: of two equal keys it silently takes the last, large numbers it rounds. */
function structureFlaw(text: string): string | undefined {
  const open: Set<string>[] = [];
  for (const [found, colon] of text.matchAll(token)) {
    if (found === '{' || found === '[') open.push(new Set());
    else if (found === '}' || found === ']') open.pop();
    else if (colon !== undefined) {
      const key: string = JSON.parse(found.slice(0, -colon.length));
      if (key === '__proto__') return 'it has a key "__proto__"';
      if (open.at(-1)?.has(key)) return `the key ${JSON.stringify(key)} stands twice in one object`;
      open.at(-1)?.add(key);
    } else if (!found.startsWith('"') && !staysExact(found)) {
      return `the number ${found.slice(0, 40)} is too large to be kept exactly`;
    }
    if (open.length > depthLimit) return `it is nested deeper than ${depthLimit}`;
  }
  return undefined;
}

/** A fraction is a double to every reader; a whole number is not, and would be written again as another one. */
function staysExact(number: string): boolean {
  const value = Number(number);
  if (!Number.isFinite(value)) return false;
  return !/^-?\d+$/.test(number) || String(value) === number || BigInt(number) === BigInt(value);
}

/** The error of every document of an image that is not as the specification has it. */
export function imageInvalid(name: string, flaw: string, cause?: unknown): BlockPackError {
  return new BlockPackError('IMAGE_INVALID', `${name} is not as an image has it: ${flaw}`, {
    hint: 'Get the image again, or have it checked by the tool that made it.',
    details: { name },
    cause,
  });
}
