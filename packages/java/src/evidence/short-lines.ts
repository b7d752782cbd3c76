/** Characters. The longest lines that say something end in a path, and paths are shorter. */
const longest = 4_096;

/** The lines of a text, less those that are too long to be of a list: a log can hold any, and reading one may cost the square of its length. */
export function* shortLines(text: string): Iterable<string> {
  for (let start = 0; start < text.length; ) {
    const feed = text.indexOf('\n', start);
    const end = feed === -1 ? text.length : feed;
    if (end - start <= longest) yield text.slice(start, text[end - 1] === '\r' ? end - 1 : end);
    start = end + 1;
  }
}
