import { printable } from '../text/table.ts';

/** Text that is HTML already. Only {@link markup} and {@link verbatim} make it, so that whatever else comes into a page is escaped. */
class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type { Markup };

export type MarkupValue = Markup | string | number | undefined | readonly MarkupValue[];

/**
 * HTML with values in it. A text is made printable and escaped for elements as for quoted attributes, lists are joined, undefined is nothing.
 * It is not safe within `<script>` and `<style>`, nor as the target of a link.
 */
export function markup(parts: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  const text = parts.map((part, at) => (at === 0 ? part : `${valueText(values[at - 1])}${part}`));
  return new Markup(text.join(''));
}

/** Text of our own that is HTML, script or style as it stands. */
export function verbatim(text: string): Markup {
  return new Markup(text);
}

function valueText(value: MarkupValue): string {
  if (value === undefined) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return escaped(value);
  return value.map(valueText).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return printable(text).replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}
