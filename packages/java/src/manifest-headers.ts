/**
 * The main section of a jar's manifest, by lower-case header name.
 * @see https://docs.oracle.com/en/java/javase/21/docs/specs/jar/jar.html#jar-manifest
 */
export type ManifestHeaders = ReadonlyMap<string, string>;

/** Reads what can be read: a manifest with odd lines does not make a jar unusable, so it does not make it unpackable. */
export function readManifestHeaders(text: string): ManifestHeaders {
  const headers = new Map<string, string>();
  for (const line of mainSection(text)) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    if (!headers.has(name)) headers.set(name, line.slice(colon + 1).trim());
  }
  return headers;
}

/** Lines up to the first empty one. Lines of more than 72 bytes are continued after a line break and one space. */
function mainSection(text: string): string[] {
  const lines: string[] = [];
  for (const line of text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)) {
    if (line === '' && lines.length > 0) break;
    const last = lines.length - 1;
    if (line.startsWith(' ') && last >= 0) lines[last] += line.slice(1);
    else if (line !== '') lines.push(line);
  }
  return lines;
}
