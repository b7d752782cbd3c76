/** Bytes, and the same to be read as numbers. */
export interface Words {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

export function wordsOf(bytes: Uint8Array): Words {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
}

/** How a place in the bytes says an address. */
export interface ReferenceForm {
  /** Bytes. */
  readonly width: number;
  /**
   * The address that is named at `at`; below 0 where it is none.
   * @param place address that is counted from
   */
  target(words: Words, at: number, place: number): number;
  /** Names another address, in bytes that name one already. False where that cannot be said. */
  point(words: Words, at: number, place: number, target: number): boolean;
}

/** What may be a reference in bytes of a kind. It only has to be one mostly: what is none costs bytes, nothing else. */
interface ReferenceSearch {
  /** Whether places are counted from an origin; else from where they stand. */
  readonly hasOrigin: boolean;
  /**
   * Where the first one at `from` or behind it begins that ends at `to` or before; -1 for none.
   * @param start of the region: what lies before it is not looked at
   */
  next(words: Words, start: number, from: number, to: number): number;
  formAt(words: Words, at: number): ReferenceForm;
}

/**
 * 32 bits that are counted from a place.
 * @param further how many bytes behind it
 * @param least what is nearer is none: small numbers are mostly something else
 */
function relative(further: number, least = 0): ReferenceForm {
  return {
    width: 4,
    target({ view }, at, place) {
      const distance = view.getInt32(at, true);
      return Math.abs(distance) < least ? -1 : distance + place + further;
    },
    point: ({ view }, at, place, target) => {
      view.setInt32(at, target - place - further, true);
      return true;
    },
  };
}

/** An address of 64 bits. Processors have 48 of them. */
const whole: ReferenceForm = {
  width: 8,
  target({ view }, at, place) {
    const high = view.getUint32(at + 4, true);
    return high >= 2 ** 16 ? -1 : high * 2 ** 32 + view.getUint32(at, true) + place;
  },
  point({ view }, at, place, target) {
    const value = target - place;
    if (value < 0) return false;
    view.setUint32(at, value % 2 ** 32, true);
    view.setUint32(at + 4, value / 2 ** 32, true);
    return true;
  },
};

/** Of aarch64 `b` and `bl`: 26 bits, instructions. */
const branch: ReferenceForm = {
  width: 4,
  target: ({ view }, at, place) => place + ((view.getUint32(at, true) << 6) >> 4),
  point({ view }, at, place, target) {
    const distance = target - place;
    if (distance % 4 !== 0) return false;
    const opcode = view.getUint32(at, true) & 0xfc000000;
    view.setUint32(at, opcode | ((distance >> 2) & 0x3ffffff), true);
    return true;
  },
};

const page = 12;

/** Of aarch64 `adrp` with the instruction behind it, which says where in the page. */
const inPage: ReferenceForm = {
  width: 8,
  target({ view }, at, place) {
    const first = view.getUint32(at, true);
    const second = view.getUint32(at + 4, true);
    const pages = (((first << 8) >> 13) << 2) | ((first >>> 29) & 3);
    return ((place >> page) + pages) * 2 ** page + (((second >>> 10) & 0xfff) << scaleOf(second));
  },
  point({ view }, at, place, target) {
    const first = view.getUint32(at, true);
    const second = view.getUint32(at + 4, true);
    const pages = (target >> page) - (place >> page);
    const low = (target & 0xfff) >> scaleOf(second);
    view.setUint32(at, (first & 0x9f00001f) | ((pages & 3) << 29) | (((pages >> 2) & 0x7ffff) << 5), true);
    view.setUint32(at + 4, (second & ~(0xfff << 10)) | (low << 10), true);
    return true;
  },
};

/** By what power of two an offset in a page is multiplied: by the size of what is loaded or stored. */
function scaleOf(instruction: number): number {
  if (isAdd(instruction)) return 0;
  return (instruction & 0x04800000) === 0x04800000 ? 4 : instruction >>> 30;
}

function isAdd(instruction: number): boolean {
  return instruction >>> 22 === 0x244;
}

function isLoadOrStore(instruction: number): boolean {
  return (instruction & 0x3b000000) === 0x39000000;
}

/** Of the bytes before a reference in x86-64 code, the last: what it may be the end of. */
const calls = 1;
const jumps = 2;
const operands = 3;
const leads = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte === 0xe8 || byte === 0xe9) return calls;
  if ((byte & 0xf0) === 0x80) return jumps;
  return (byte & 0xc7) === 0x05 ? operands : 0;
});

const besideCode: ReferenceForm = relative(4);

/** `call` and `jmp`, `jcc`, and operands that are said relative to the instruction. An operand behind it changes the place by so little that it is not asked for. */
const x86: ReferenceSearch = {
  hasOrigin: false,
  next({ bytes }, start, from, to) {
    for (let at = Math.max(from, start + 1); at + 4 <= to; at++) {
      const lead = leads[bytes[at - 1] as number];
      if (lead === 0) continue;
      if (lead !== jumps || (at >= start + 2 && bytes[at - 2] === 0x0f)) return at;
    }
    return -1;
  },
  formAt: () => besideCode,
};

/** `b`, `bl`, and `adrp` with an `add`, load or store of the same register behind it. */
const aarch64: ReferenceSearch = {
  hasOrigin: false,
  next(words, start, from, to) {
    for (let at = aligned(start, from, 4); at + 4 <= to; at += 4) {
      const instruction = words.view.getUint32(at, true);
      if (isBranch(instruction)) return at;
      if ((instruction & 0x9f000000) >>> 0 !== 0x90000000 || at + 8 > to) continue;
      const second = words.view.getUint32(at + 4, true);
      if (((second >>> 5) & 31) === (instruction & 31) && (isAdd(second) || isLoadOrStore(second))) return at;
    }
    return -1;
  },
  formAt: ({ view }, at) => (isBranch(view.getUint32(at, true)) ? branch : inPage),
};

function isBranch(instruction: number): boolean {
  return (instruction & 0x7c000000) === 0x14000000;
}

/** One behind the other, from the beginning of the region on. */
function table(form: ReferenceForm, hasOrigin: boolean): ReferenceSearch {
  return {
    hasOrigin,
    next(_, start, from, to) {
      const at = aligned(start, from, form.width);
      return at + form.width <= to ? at : -1;
    },
    formAt: () => form,
  };
}

/** @param width a power of two */
function aligned(start: number, from: number, width: number): number {
  return start + ((from - start + width - 1) & -width);
}

/** Kinds of references, in the order of the format. */
export const referenceKinds = {
  'x86-64': x86,
  aarch64,
  addresses: table(whole, true),
  offsets: table(relative(0), true),
  distances: table(relative(0, 4096), false),
} as const satisfies Record<string, ReferenceSearch>;

export type ReferenceKind = keyof typeof referenceKinds;
