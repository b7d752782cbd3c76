import { concat } from '@block-pack/core';
import { skeletonInvalid } from './columns.ts';
import { asBuffer, descriptorKinds, localFactsKinds, textOf, type ZipForm } from './zip-layout.ts';

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

/** What local headers say of a form, and what stands behind the entry. */
export type LocalForm = Pick<
  ZipForm,
  'localVersion' | 'localFlags' | 'localMethod' | 'localFacts' | 'localExtra' | 'descriptor'
>;

/** Field by field: a form is made for each entry, and spread ones took most of the time in which an archive was listed. */
export function withLocal(form: Omit<ZipForm, keyof LocalForm>, local: LocalForm): ZipForm {
  return {
    madeBy: form.madeBy,
    version: form.version,
    flags: form.flags,
    method: form.method,
    disk: form.disk,
    internal: form.internal,
    external: form.external,
    wide: form.wide,
    extra: form.extra,
    comment: form.comment,
    localVersion: local.localVersion,
    localFlags: local.localFlags,
    localMethod: local.localMethod,
    localFacts: local.localFacts,
    localExtra: local.localExtra,
    descriptor: local.descriptor,
  };
}

/** Makes equal forms one object, so that they are compared and counted by identity. */
export class FormPool {
  readonly #forms = new Map<string, ZipForm>();
  #last: ZipForm | undefined;

  shared(form: ZipForm): ZipForm {
    if (this.#last === undefined || !isSame(this.#last, form)) this.#last = this.#find(form);
    return this.#last;
  }

  #find(form: ZipForm): ZipForm {
    const key = textOf(encodeForm(form));
    const known = this.#forms.get(key);
    if (known !== undefined) return known;
    this.#forms.set(key, form);
    return form;
  }
}

/** A look that is cheaper than the key: most entries have the form of the one before. */
function isSame(one: ZipForm, other: ZipForm): boolean {
  return (
    one.method === other.method &&
    one.external === other.external &&
    one.flags === other.flags &&
    one.madeBy === other.madeBy &&
    one.version === other.version &&
    one.disk === other.disk &&
    one.internal === other.internal &&
    one.localVersion === other.localVersion &&
    one.localFlags === other.localFlags &&
    one.localMethod === other.localMethod &&
    one.localFacts === other.localFacts &&
    one.descriptor === other.descriptor &&
    one.wide.size === other.wide.size &&
    one.wide.packedSize === other.wide.packedSize &&
    one.wide.offset === other.wide.offset &&
    isSameBytes(one.extra, other.extra) &&
    isSameBytes(one.localExtra, other.localExtra) &&
    isSameBytes(one.comment, other.comment)
  );
}

function isSameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && (one.length === 0 || Buffer.compare(one, other) === 0);
}
