import { type ColumnReader, type ColumnWriter, skeletonInvalid } from './columns.ts';
import type { Part } from './read-layout.ts';
import type { SkeletonColumn } from './skeleton-columns.ts';
import { decodeForm, encodeForm } from './zip-form.ts';
import { textOf, type ZipForm } from './zip-layout.ts';

/**
 * Forms by number. Those of older archives have numbers from the start; a new one gets the next when it is first seen. What an old part's form became
 * for the last part that had it is expected again, so that a build tool's new version is said once.
 */
export class FormNumbers {
  readonly #known: KnownForms;
  readonly #newForms: ZipForm[] = [];
  readonly #newNumbers = new Map<string, number>();
  /** What is expected, by what it is expected for. */
  readonly #expected = new Map<number, number>();

  constructor(known: KnownForms) {
    this.#known = known;
  }

  write(columns: ColumnWriter<SkeletonColumn>, form: ZipForm, old: ZipForm | undefined, name: string): void {
    const cue = this.#cue(old, name);
    const number = this.#numberOf(form) ?? this.#count;
    columns.number('form', number === this.#expectedOf(cue, old) ? 0 : number + 1);
    if (number === this.#count) {
      this.#add(form);
      columns.bytes('newForm', encodeForm(form));
    }
    this.#expected.set(cue, number);
  }

  /** @throws DELTA_INVALID */
  read(columns: ColumnReader<SkeletonColumn>, old: ZipForm | undefined, name: string): ZipForm {
    const cue = this.#cue(old, name);
    const said = columns.of.form.next();
    const number = said === 0 ? this.#expectedOf(cue, old) : said - 1;
    if (number === this.#count) this.#add(decodeForm((length) => columns.of.newForm.take(length)));
    const form = this.#known.forms[number] ?? this.#newForms[number - this.#known.forms.length];
    if (form === undefined) throw skeletonInvalid(`it has no header form ${number}`);
    this.#expected.set(cue, number);
    return form;
  }

  get #count(): number {
    return this.#known.forms.length + this.#newForms.length;
  }

  #add(form: ZipForm): void {
    this.#newNumbers.set(keyOf(form), this.#count);
    this.#newForms.push(form);
  }

  /** The number of the old form or, for a part without an old one, what says whether it is a directory. */
  #cue(old: ZipForm | undefined, name: string): number {
    if (old !== undefined) return this.#numberOf(old) ?? 0;
    return name.endsWith('/') ? directoryCue : fileCue;
  }

  #expectedOf(cue: number, old: ZipForm | undefined): number {
    return this.#expected.get(cue) ?? (old && this.#numberOf(old)) ?? 0;
  }

  #numberOf(form: ZipForm): number | undefined {
    const known = this.#known.byForm.get(form);
    if (known !== undefined) return known;
    const key = keyOf(form);
    return this.#known.numbers.get(key) ?? this.#newNumbers.get(key);
  }
}

const directoryCue = -1;
const fileCue = -2;

/** The forms of older archives, in the order in which they are first seen. */
export interface KnownForms {
  readonly forms: readonly ZipForm[];
  readonly numbers: ReadonlyMap<string, number>;
  /** Their numbers once more, by the objects: parts share them, so that mostly no key is needed. */
  readonly byForm: ReadonlyMap<ZipForm, number>;
}

type Parts = readonly Part[];

/** Counted once for each archive: thousands of archives may be written against the same one of a million parts. */
const counted = new WeakMap<Parts, KnownForms>();

export function knownForms(olds: readonly { readonly layout: { readonly parts: Parts } }[]): KnownForms {
  const [only, ...others] = olds.map(({ layout }) => layout.parts);
  if (only === undefined || others.length > 0) return count(olds.flatMap(({ layout }) => layout.parts));
  const known = counted.get(only) ?? count(only);
  counted.set(only, known);
  return known;
}

function count(parts: Parts): KnownForms {
  const numbers = new Map<string, number>();
  const byForm = new Map<ZipForm, number>();
  const forms: ZipForm[] = [];
  let last: ZipForm | undefined;
  for (const part of parts) {
    if (part.kind !== 'entry' || part.head.form === last) continue;
    const { form } = part.head;
    last = form;
    if (byForm.has(form)) continue;
    const key = keyOf(form);
    const number = numbers.get(key) ?? forms.length;
    byForm.set(form, number);
    if (number < forms.length) continue;
    numbers.set(key, number);
    forms.push(form);
  }
  return { forms, numbers, byForm };
}

const keys = new WeakMap<ZipForm, string>();

function keyOf(form: ZipForm): string {
  const known = keys.get(form);
  if (known !== undefined) return known;
  const key = textOf(encodeForm(form));
  keys.set(form, key);
  return key;
}
