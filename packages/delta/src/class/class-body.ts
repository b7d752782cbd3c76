import { deltaInvalid } from '../difference/delta-invalid.ts';
import { walkAnnotation, walkElementValue, walkTypeTarget } from './annotations.ts';
import { ClassCursor, peekU2, pokeU2, pokeU4 } from './class-cursor.ts';
import { type ConstantPool, constantTag, textOf } from './constant-pool.ts';
import { walkInstructions } from './instructions.ts';

/** What is done to a class file behind its constants. Its length stays. */
export interface BodyChange {
  /**
   * `level` takes out what follows from the rest, or moves when something is put in before it: lengths of attributes become 0, lines and
   * positions in code differences. `restore` puts it back.
   */
  readonly direction: 'level' | 'restore';
  /** By index of a constant, the index to put in its place; 0 to leave it. */
  readonly renumbered?: Uint16Array;
}

/**
 * Changes, in place, the class file whose constants end at `start`, and returns where it ends. One walk for both directions: what it
 * steers by is the same before and behind a change.
 * @throws DELTA_INVALID for what {@link https://docs.oracle.com/javase/specs/jvms/se21/html/jvms-4.html JVMS 4} does not say; attributes that it does not know may hold anything
 */
export function changeBody(
  pool: ConstantPool,
  bytes: Uint8Array,
  start: number,
  end: number,
  change: BodyChange,
): number {
  const cursor = new ClassCursor(bytes, start, end);
  new BodyWalk(pool, cursor, change).class();
  return cursor.at;
}

/** Where an attribute stands. Those of code and of records hold attributes themselves, so that they nest no deeper than these. */
type Place = 'class' | 'field' | 'method' | 'code' | 'component';

type Attribute = (walk: BodyWalk) => void;

class BodyWalk {
  readonly cursor: ClassCursor;
  readonly #pool: ConstantPool;
  readonly #levels: boolean;
  readonly #renumbered: Uint16Array | undefined;
  readonly #attributes = new Map<number, Readonly<Partial<Record<Place, Attribute>>> | undefined>();
  /** The last line of a table, counted through all methods. */
  #line = 0;
  #codeLength = 0;

  constructor(pool: ConstantPool, cursor: ClassCursor, { direction, renumbered }: BodyChange) {
    this.#pool = pool;
    this.cursor = cursor;
    this.#levels = direction === 'level';
    this.#renumbered = renumbered;
  }

  class(): void {
    this.cursor.skip(2);
    this.constant2();
    this.constant2();
    this.constants();
    for (const place of ['field', 'method'] as const)
      this.times(() => {
        this.cursor.skip(2);
        this.constant2();
        this.constant2();
        this.attributes(place);
      });
    this.attributes('class');
  }

  times(deed: () => void, count = this.cursor.u2()): void {
    for (let i = 0; i < count; i++) deed();
  }

  /** Two bytes that are an index of a constant, or 0. */
  constant2(): void {
    const { cursor } = this;
    const index = cursor.u2();
    const other = this.#renumbered?.[index] ?? 0;
    if (other !== 0) pokeU2(cursor.bytes, cursor.at - 2, other);
  }

  /** As an instruction has it: one byte, which only low indexes fit into. */
  constant1(): void {
    const { cursor } = this;
    const index = cursor.u1();
    const other = this.#renumbered?.[index] ?? 0;
    if (other !== 0 && other < 0x100) cursor.bytes[cursor.at - 1] = other;
  }

  constants(): void {
    this.times(() => this.constant2());
  }

  /** Two bytes as their difference from `from`; the number that they stand for. */
  difference(from: number): number {
    const { cursor } = this;
    const stored = cursor.u2();
    const value = this.#levels ? stored : (stored + from) & 0xffff;
    pokeU2(cursor.bytes, cursor.at - 2, this.#levels ? stored - from : value);
    return value;
  }

  attributes(place: Place): void {
    this.times(() => {
      const name = peekU2(this.cursor.bytes, this.cursor.at);
      this.constant2();
      const walk = this.#attribute(name)?.[place];
      const length = this.cursor.u4();
      if (walk === undefined) this.cursor.skip(length);
      else this.#known(walk, length);
    });
  }

  #attribute(name: number): Readonly<Partial<Record<Place, Attribute>>> | undefined {
    if (this.#attributes.has(name)) return this.#attributes.get(name);
    if (this.#pool.tags[name] !== constantTag.utf8)
      throw deltaInvalid(`an attribute of a class file is named by constant ${name}, which is no text`);
    const attribute = attributes.get(textOf(this.#pool, name));
    this.#attributes.set(name, attribute);
    return attribute;
  }

  #known(walk: Attribute, stored: number): void {
    const { cursor } = this;
    const start = cursor.at;
    walk(this);
    const length = cursor.at - start;
    if (stored !== (this.#levels ? length : 0))
      throw deltaInvalid(`an attribute of a class file has ${length} bytes, not ${stored}`);
    pokeU4(cursor.bytes, start - 4, this.#levels ? 0 : length);
  }

  code(): void {
    const { cursor } = this;
    cursor.skip(4);
    this.#codeLength = cursor.u4();
    if (this.#codeLength > cursor.end - cursor.at) throw deltaInvalid('code of a class file ends too early');
    walkInstructions(cursor, cursor.at + this.#codeLength, this);
    let from = 0;
    this.times(() => {
      from = this.difference(from);
      this.difference(this.difference(from));
      this.constant2();
    });
    this.attributes('code');
  }

  lines(): void {
    let from = 0;
    this.times(() => {
      from = this.difference(from);
      this.#line = this.difference(this.#line);
    });
  }

  /** Most variables live until their block ends, many until the code does: their ends are counted from there. */
  variables(): void {
    const { cursor } = this;
    let from = 0;
    this.times(() => {
      from = this.difference(from);
      const length = cursor.u2();
      pokeU2(cursor.bytes, cursor.at - 2, this.#codeLength - from - length);
      this.constant2();
      this.constant2();
      cursor.skip(2);
    });
  }

  frame(): void {
    const { cursor } = this;
    const type = cursor.u1();
    if (type < 64) return;
    if (type < 128) {
      this.verified();
      return;
    }
    if (type < 247) throw deltaInvalid(`a class file has a stack map frame of the unknown type ${type}`);
    cursor.skip(2);
    if (type === 247) this.verified();
    else if (type === 255) for (const _ of [0, 1]) this.times(() => this.verified());
    else this.times(() => this.verified(), Math.max(0, type - 251));
  }

  verified(): void {
    const type = this.cursor.u1();
    if (type === 7) this.constant2();
    else if (type === 8) this.cursor.skip(2);
    else if (type > 8) throw deltaInvalid(`a class file has a verification type ${type}`);
  }

  module(): void {
    const { cursor } = this;
    this.constant2();
    cursor.skip(2);
    this.constant2();
    this.times(() => {
      this.constant2();
      cursor.skip(2);
      this.constant2();
    });
    for (const _ of ['exports', 'opens'])
      this.times(() => {
        this.constant2();
        cursor.skip(2);
        this.constants();
      });
    this.constants();
    this.times(() => {
      this.constant2();
      this.constants();
    });
  }
}

const nothing: Attribute = () => {};
const constant: Attribute = (walk) => walk.constant2();
const constants: Attribute = (walk) => walk.constants();
const annotations: Attribute = (walk) => walk.times(() => walkAnnotation(walk));
const parameterAnnotations: Attribute = (walk) => walk.times(() => annotations(walk), walk.cursor.u1());
const variables: Attribute = (walk) => walk.variables();
const typeAnnotations: Attribute = (walk) =>
  walk.times(() => {
    walkTypeTarget(walk.cursor);
    walkAnnotation(walk);
  });

/** In every place but code. */
function declared(attribute: Attribute): Readonly<Partial<Record<Place, Attribute>>> {
  return { class: attribute, field: attribute, method: attribute, component: attribute };
}

/** {@link https://docs.oracle.com/javase/specs/jvms/se21/html/jvms-4.html#jvms-4.7 JVMS 4.7}. A map, since a class file may name an attribute `constructor`. */
const attributes: ReadonlyMap<string, Readonly<Partial<Record<Place, Attribute>>>> = new Map([
  ['Code', { method: (walk: BodyWalk) => walk.code() }],
  ['ConstantValue', { field: constant }],
  ['Exceptions', { method: constants }],
  ['Signature', declared(constant)],
  ['Synthetic', declared(nothing)],
  ['Deprecated', declared(nothing)],
  ['RuntimeVisibleAnnotations', declared(annotations)],
  ['RuntimeInvisibleAnnotations', declared(annotations)],
  ['RuntimeVisibleTypeAnnotations', { ...declared(typeAnnotations), code: typeAnnotations }],
  ['RuntimeInvisibleTypeAnnotations', { ...declared(typeAnnotations), code: typeAnnotations }],
  ['RuntimeVisibleParameterAnnotations', { method: parameterAnnotations }],
  ['RuntimeInvisibleParameterAnnotations', { method: parameterAnnotations }],
  ['AnnotationDefault', { method: (walk: BodyWalk) => walkElementValue(walk) }],
  [
    'MethodParameters',
    {
      method: (walk: BodyWalk) =>
        walk.times(() => {
          walk.constant2();
          walk.cursor.skip(2);
        }, walk.cursor.u1()),
    },
  ],
  ['LineNumberTable', { code: (walk: BodyWalk) => walk.lines() }],
  ['LocalVariableTable', { code: variables }],
  ['LocalVariableTypeTable', { code: variables }],
  ['StackMapTable', { code: (walk: BodyWalk) => walk.times(() => walk.frame()) }],
  ['SourceFile', { class: constant }],
  ['NestHost', { class: constant }],
  ['NestMembers', { class: constants }],
  ['PermittedSubclasses', { class: constants }],
  ['ModulePackages', { class: constants }],
  ['ModuleMainClass', { class: constant }],
  ['Module', { class: (walk: BodyWalk) => walk.module() }],
  [
    'EnclosingMethod',
    {
      class: (walk: BodyWalk) => {
        walk.constant2();
        walk.constant2();
      },
    },
  ],
  [
    'InnerClasses',
    {
      class: (walk: BodyWalk) =>
        walk.times(() => {
          for (let i = 0; i < 3; i++) walk.constant2();
          walk.cursor.skip(2);
        }),
    },
  ],
  [
    'BootstrapMethods',
    {
      class: (walk: BodyWalk) =>
        walk.times(() => {
          walk.constant2();
          walk.constants();
        }),
    },
  ],
  [
    'Record',
    {
      class: (walk: BodyWalk) =>
        walk.times(() => {
          walk.constant2();
          walk.constant2();
          walk.attributes('component');
        }),
    },
  ],
]);
