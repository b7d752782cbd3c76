import { concat } from '@block-pack/core';
import { skeletonInvalid } from './columns.ts';
import {
  asBuffer,
  type DataDescriptor,
  descriptorKinds,
  localFactsKinds,
  textOf,
  type ZipForm,
} from './zip-layout.ts';

const headLength = 31;
/** Flags beside the words: which numbers are wide. */
const wideBits = { size: 1, packedSize: 2, offset: 4 } as const;

/** A form as bytes: words of fixed length, then the lengths of the two extra fields and the comment among them. */
export function encodeForm(form: ZipForm): Uint8Array {
  const head = Buffer.alloc(headLength);
  const words = [
    form.madeBy,
    form.version,
    form.flags,
    form.method,
    form.disk,
    form.internal,
    form.localVersion,
    form.localFlags,
    form.localMethod,
    form.extra.length,
    form.localExtra.length,
    form.comment.length,
  ];
  for (const [i, word] of words.entries()) head.writeUInt16LE(word, 2 * i);
  head.writeUInt32LE(form.external, 24);
  const { wide } = form;
  head[28] =
    (wide.size ? wideBits.size : 0) |
    (wide.packedSize ? wideBits.packedSize : 0) |
    (wide.offset ? wideBits.offset : 0);
  head[29] = localFactsKinds.indexOf(form.localFacts);
  head[30] = descriptorKinds.indexOf(form.descriptor);
  return concat([head, form.extra, form.localExtra, form.comment]);
}

/** @param take gives the next bytes @throws DELTA_INVALID */
export function decodeForm(take: (length: number) => Uint8Array): ZipForm {
  const head = asBuffer(take(headLength));
  const word = (i: number): number => head.readUInt16LE(2 * i);
  const bits = head[28] ?? 0;
  const localFacts = localFactsKinds[head[29] ?? 0];
  const descriptor = descriptorKinds[head[30] ?? 0];
  if (localFacts === undefined || descriptor === undefined || bits > 7)
    throw skeletonInvalid('a header has a form that does not exist');
  return {
    madeBy: word(0),
    version: word(1),
    flags: word(2),
    method: word(3),
    disk: word(4),
    internal: word(5),
    localVersion: word(6),
    localFlags: word(7),
    localMethod: word(8),
    external: head.readUInt32LE(24),
    wide: {
      size: (bits & wideBits.size) !== 0,
      packedSize: (bits & wideBits.packedSize) !== 0,
      offset: (bits & wideBits.offset) !== 0,
    },
    localFacts,
    descriptor,
    extra: new Uint8Array(take(word(9))),
    localExtra: new Uint8Array(take(word(10))),
    comment: new Uint8Array(take(word(11))),
  };
}

/** What local headers say of a form. */
export type HeaderForm = Pick<
  ZipForm,
  'localVersion' | 'localFlags' | 'localMethod' | 'localFacts' | 'localExtra'
>;

/** What the central directory says of it. */
export type CentralForm = Omit<ZipForm, keyof HeaderForm | 'descriptor'>;

/** Forms that are looked at before a new one is made: entries take turns with few. */
const recentForms = 4;

/** Makes of neighbours that are equal one object; it only saves work. */
export class CentralForms {
  readonly #recent: CentralForm[] = [];
  #made = 0;

  /** @param at where the header begins whose words the form has */
  shared(
    view: DataView,
    at: number,
    wide: CentralForm['wide'],
    extra: Uint8Array,
    comment: Uint8Array,
  ): CentralForm {
    for (const known of this.#recent)
      if (
        hasWords(known, view, at) &&
        isSameWide(known.wide, wide) &&
        isSameBytes(known.extra, extra) &&
        isSameBytes(known.comment, comment)
      )
        return known;
    const form = {
      madeBy: view.getUint16(at + 4, true),
      version: view.getUint16(at + 6, true),
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      disk: view.getUint16(at + 34, true),
      internal: view.getUint16(at + 36, true),
      external: view.getUint32(at + 38, true),
      wide,
      extra,
      comment,
    };
    this.#recent[this.#made++ % recentForms] = form;
    return form;
  }
}

function hasWords(form: CentralForm, view: DataView, at: number): boolean {
  return (
    form.madeBy === view.getUint16(at + 4, true) &&
    form.version === view.getUint16(at + 6, true) &&
    form.flags === view.getUint16(at + 8, true) &&
    form.method === view.getUint16(at + 10, true) &&
    form.disk === view.getUint16(at + 34, true) &&
    form.internal === view.getUint16(at + 36, true) &&
    form.external === view.getUint32(at + 38, true)
  );
}

function isSameWide(one: CentralForm['wide'], other: CentralForm['wide']): boolean {
  return one.size === other.size && one.packedSize === other.packedSize && one.offset === other.offset;
}

function isSameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && (one.length === 0 || Buffer.compare(one, other) === 0);
}

/** Makes equal forms one object, so that they are compared and counted by identity. */
export class FormPool {
  readonly #forms = new Map<string, ZipForm>();
  readonly #recent: { readonly central: CentralForm; readonly form: ZipForm }[] = [];
  #made = 0;

  shared(central: CentralForm, local: HeaderForm, descriptor: DataDescriptor): ZipForm {
    for (const { central: known, form } of this.#recent)
      if (known === central && form.descriptor === descriptor && hasLocal(form, local)) return form;
    const form = this.#find({ ...central, ...local, descriptor });
    this.#recent[this.#made++ % recentForms] = { central, form };
    return form;
  }

  #find(form: ZipForm): ZipForm {
    const key = textOf(encodeForm(form));
    const known = this.#forms.get(key);
    if (known !== undefined) return known;
    this.#forms.set(key, form);
    return form;
  }
}

function hasLocal(form: ZipForm, local: HeaderForm): boolean {
  return (
    form.localVersion === local.localVersion &&
    form.localFlags === local.localFlags &&
    form.localMethod === local.localMethod &&
    form.localFacts === local.localFacts &&
    isSameBytes(form.localExtra, local.localExtra)
  );
}
