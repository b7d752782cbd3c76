import { type ColumnReader, type ColumnWriter, skeletonInvalid } from './columns.ts';
import type { SkeletonColumn } from './skeleton-columns.ts';
import type { TreePart } from './tree-layout.ts';
import { decodeForm, encodeForm } from './zip-form.ts';
import { textOf, type ZipForm, type ZipPart } from './zip-layout.ts';

/**
 * Forms by number. Those of older archives have numbers from the start; a new one gets the next when it is first seen. What an old part's form became
 * for the last part that had it is expected again, so that a build tool's new version is said once.
 */
export class FormNumbers {
  readonly #forms: ZipForm[] = [];
  readonly #numbers = new Map<string, number>();
  /** What is expected, by the old form or, for parts without an old one, by being a directory. */
  readonly #expected = new Map<string, number>();

  constructor(known: Iterable<ZipForm>) {
    for (const form of known) if (!this.#numbers.has(keyOf(form))) this.#add(form);
  }

  write(columns: ColumnWriter<SkeletonColumn>, form: ZipForm, old: ZipForm | undefined, name: string): void {
    const cue = this.#cue(old, name);
    const number = this.#numbers.get(keyOf(form)) ?? this.#forms.length;
    columns.number('form', number === this.#expectedOf(cue, old) ? 0 : number + 1);
    if (number === this.#forms.length) {
      this.#add(form);
      columns.bytes('newForm', encodeForm(form));
    }
    this.#expected.set(cue, number);
  }

  /** @throws DELTA_INVALID */
  read(columns: ColumnReader<SkeletonColumn>, old: ZipForm | undefined, name: string): ZipForm {
    const cue = this.#cue(old, name);
    const said = columns.number('form');
    const number = said === 0 ? this.#expectedOf(cue, old) : said - 1;
    if (number === this.#forms.length) this.#add(decodeForm((length) => columns.bytes('newForm', length)));
    const form = this.#forms[number];
    if (form === undefined) throw skeletonInvalid(`it has no header form ${number}`);
    this.#expected.set(cue, number);
    return form;
  }

  #add(form: ZipForm): void {
    this.#numbers.set(keyOf(form), this.#forms.length);
    this.#forms.push(form);
  }

  #cue(old: ZipForm | undefined, name: string): string {
    if (old !== undefined) return `old ${this.#numberOf(old)}`;
    return name.endsWith('/') ? 'directory' : 'file';
  }

  #expectedOf(cue: string, old: ZipForm | undefined): number {
    return this.#expected.get(cue) ?? (old === undefined ? 0 : this.#numberOf(old));
  }

  #numberOf(form: ZipForm): number {
    return this.#numbers.get(keyOf(form)) ?? 0;
  }
}

/** The forms of a layout in the order in which they are first seen. */
export function formsOf(parts: readonly (ZipPart | TreePart)[]): ZipForm[] {
  return [...new Set(parts.flatMap((part) => (part.kind === 'entry' ? [part.head.form] : [])))];
}

const keys = new WeakMap<ZipForm, string>();

function keyOf(form: ZipForm): string {
  const known = keys.get(form);
  if (known !== undefined) return known;
  const key = textOf(encodeForm(form));
  keys.set(form, key);
  return key;
}
