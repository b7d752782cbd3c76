import { printable } from './table.ts';

/** Longer texts are cut: no cell of a table can be read that has more characters. */
const cellLimit = 160;

/**
 * Text as it is, whatever it holds: a code span, in which nothing is a link, HTML, or the name of somebody to be told (`@babel/core` would be a
 * team).
 * @see https://github.github.com/gfm/#code-spans
 */
export function markdownCode(text: string): string {
  const shown = shownText(text);
  if (shown.trim() === '') return '';
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  // A space on each side is taken away again, and needed beside a backtick or another space.
  const inside = /^[` ]|[` ]$/.test(shown) ? ` ${shown} ` : shown;
  // The cells of a table are parted first, code or not.
  return `${fence}${inside.replaceAll('|', '\\|')}${fence}`;
}

/** The same for HTML within Markdown, where Markdown is not read. */
export function htmlCode(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
  return `<code>${shownText(text).replaceAll(/[&<>]/g, (sign) => entities[sign] ?? sign)}</code>`;
}

/** In one line, and no longer than a cell. */
function shownText(text: string): string {
  const characters = [...printable(text).replaceAll(/\s/g, ' ')];
  return characters.length > cellLimit ? `${characters.slice(0, cellLimit).join('')}…` : characters.join('');
}

/** Text of our own, in which no more than the signs of a table can be misread. */
export function markdownText(text: string): string {
  return text.replaceAll(/[\\|*_<>[\]`&]/g, '\\$&');
}
