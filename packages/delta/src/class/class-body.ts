import { deltaInvalid } from '../difference/delta-invalid.ts';
import { walkAnnotation, walkElementValue, walkTypeTarget } from './annotations.ts';
import type { ClassTape } from './class-tape.ts';
import { type ConstantPool, constantTag, textOf } from './constant-pool.ts';
import { walkInstructions } from './instructions.ts';
import { kinds, type StreamKind } from './typed-streams.ts';

/**
 * Goes through what stands behind the constants of a class file: see {@link ClassTape} for what comes of it.
 * @throws DELTA_INVALID for what {@link https://docs.oracle.com/javase/specs/jvms/se21/html/jvms-4.html JVMS 4} does not say; attributes that it does not know may hold anything
 */
export function walkBody(pool: ConstantPool, tape: ClassTape): void {
  new BodyWalk(pool, tape).class();
}

/** Where an attribute stands. Those of code and of records hold attributes themselves, so that they nest no deeper than these. */
type Place = 'class' | 'field' | 'method' | 'code' | 'component';

type Attribute = (walk: BodyWalk) => void;

class BodyWalk {
  readonly tape: ClassTape;
  readonly #pool: ConstantPool;
  readonly #attributes = new Map<number, Readonly<Partial<Record<Place, Attribute>>> | undefined>();
  /** The last line of a table, counted through all methods. */
  #line = 0;
  #codeLength = 0;

  constructor(pool: ConstantPool, tape: ClassTape) {
    this.#pool = pool;
    this.tape = tape;
  }

  class(): void {
    this.tape.u2(kinds.flags);
    this.tape.constant2(kinds.ownTypes);
    this.tape.constant2(kinds.ownTypes);
    this.constants(kinds.ownTypes);
    for (const place of ['field', 'method'] as const)
      this.times(() => {
        this.tape.u2(kinds.flags);
        const name = this.tape.constant2(kinds.members);
        const type = this.tape.constant2(kinds.members);
        this.tape.unit(place, name, type, () => this.attributes(place));
      });
    this.attributes('class');
  }

  times(deed: () => void, count = this.tape.u2(kinds.counts)): void {
    for (let i = 0; i < count; i++) deed();
  }

  constants(kind: StreamKind): void {
    this.times(() => this.tape.constant2(kind));
  }

  attributes(place: Place): void {
    const { tape } = this;
    this.times(() => {
      const name = tape.attributeName();
      const walk = this.#attribute(name)?.[place];
      tape.unit('attribute', name, 0, () => {
        if (walk === undefined) tape.opaque(kinds.opaque, tape.u4(kinds.attributeLengths));
        else tape.measured(() => walk(this));
      });
    }, tape.u2(kinds.attributeCounts));
  }

  #attribute(name: number): Readonly<Partial<Record<Place, Attribute>>> | undefined {
    if (this.#attributes.has(name)) return this.#attributes.get(name);
    if (this.#pool.tags[name] !== constantTag.utf8)
      throw deltaInvalid(`an attribute of a class file is named by constant ${name}, which is no text`);
    const attribute = attributes.get(textOf(this.#pool, name));
    this.#attributes.set(name, attribute);
    return attribute;
  }

  code(): void {
    const { tape } = this;
    tape.u2(kinds.stacks);
    tape.u2(kinds.stacks);
    this.#codeLength = tape.u4(kinds.codeLengths);
    if (this.#codeLength > tape.left) throw deltaInvalid('code of a class file ends too early');
    walkInstructions(tape, this.#codeLength);
    let from = 0;
    this.times(() => {
      from = tape.difference(kinds.handlers, from);
      tape.difference(kinds.handlers, tape.difference(kinds.handlers, from));
      tape.constant2(kinds.handlerTypes);
    }, tape.u2(kinds.handlerCounts));
    this.attributes('code');
  }

  lines(): void {
    const { tape } = this;
    let from = 0;
    this.times(() => {
      from = tape.difference(kinds.linePlaces, from);
      this.#line = tape.difference(kinds.lines, this.#line);
    }, tape.u2(kinds.lineCounts));
  }

  /** Most variables live until their block ends, many until the code does: their ends are counted from there. */
  variables(): void {
    const { tape } = this;
    let from = 0;
    this.times(() => {
      from = tape.difference(kinds.variablePlaces, from);
      tape.remainder(kinds.variableEnds, this.#codeLength - from);
      tape.constantBeside(kinds.variableTypes, tape.constant2(kinds.variableNames));
      tape.u2(kinds.variableSlots);
    }, tape.u2(kinds.variableCounts));
  }

  frames(): void {
    this.times(() => this.frame(), this.tape.u2(kinds.frameCounts));
  }

  frame(): void {
    const { tape } = this;
    const type = tape.u1(kinds.frames);
    if (type < 64) return;
    if (type < 128) {
      this.verified();
      return;
    }
    if (type < 247) throw deltaInvalid(`a class file has a stack map frame of the unknown type ${type}`);
    tape.u2(kinds.framePlaces);
    if (type === 247) this.verified();
    else if (type === 255)
      for (const _ of [0, 1]) this.times(() => this.verified(), tape.u2(kinds.verifiedCounts));
    else this.times(() => this.verified(), Math.max(0, type - 251));
  }

  verified(): void {
    const type = this.tape.u1(kinds.verified);
    if (type === 7) this.tape.constant2(kinds.verifiedTypes);
    else if (type === 8) this.tape.u2(kinds.framePlaces);
    else if (type > 8) throw deltaInvalid(`a class file has a verification type ${type}`);
  }

  module(): void {
    const { tape } = this;
    const name = () => tape.constant2(kinds.modules);
    const flags = () => tape.u2(kinds.flags);
    name();
    flags();
    name();
    this.times(() => {
      name();
      flags();
      name();
    });
    for (const _ of ['exports', 'opens'])
      this.times(() => {
        name();
        flags();
        this.constants(kinds.modules);
      });
    this.constants(kinds.modules);
    this.times(() => {
      name();
      this.constants(kinds.modules);
    });
  }
}

const nothing: Attribute = () => {};
const text: Attribute = (walk) => walk.tape.constant2(kinds.attributeTexts);
const types: Attribute = (walk) => walk.constants(kinds.innerTypes);
const annotations: Attribute = (walk) => walk.times(() => walkAnnotation(walk));
const parameterAnnotations: Attribute = (walk) =>
  walk.times(() => annotations(walk), walk.tape.u1(kinds.parameterCounts));
const variables: Attribute = (walk) => walk.variables();
const typeAnnotations: Attribute = (walk) =>
  walk.times(() => {
    walkTypeTarget(walk.tape);
    walkAnnotation(walk);
  });

/** In every place but code. */
function declared(attribute: Attribute): Readonly<Partial<Record<Place, Attribute>>> {
  return { class: attribute, field: attribute, method: attribute, component: attribute };
}

/** {@link https://docs.oracle.com/javase/specs/jvms/se21/html/jvms-4.html#jvms-4.7 JVMS 4.7}. A map, since a class file may name an attribute `constructor`. */
const attributes: ReadonlyMap<string, Readonly<Partial<Record<Place, Attribute>>>> = new Map([
  ['Code', { method: (walk: BodyWalk) => walk.code() }],
  ['ConstantValue', { field: (walk: BodyWalk) => walk.tape.constant2(kinds.attributeValues) }],
  ['Exceptions', { method: (walk: BodyWalk) => walk.constants(kinds.types) }],
  ['Signature', declared(text)],
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
          walk.tape.constant2(kinds.variableNames);
          walk.tape.u2(kinds.flags);
        }, walk.tape.u1(kinds.parameterCounts)),
    },
  ],
  ['LineNumberTable', { code: (walk: BodyWalk) => walk.lines() }],
  ['LocalVariableTable', { code: variables }],
  ['LocalVariableTypeTable', { code: variables }],
  ['StackMapTable', { code: (walk: BodyWalk) => walk.frames() }],
  ['SourceFile', { class: text }],
  ['NestHost', { class: (walk: BodyWalk) => walk.tape.constant2(kinds.innerTypes) }],
  ['NestMembers', { class: types }],
  ['PermittedSubclasses', { class: types }],
  ['ModulePackages', { class: (walk: BodyWalk) => walk.constants(kinds.modules) }],
  ['ModuleMainClass', { class: (walk: BodyWalk) => walk.tape.constant2(kinds.modules) }],
  ['Module', { class: (walk: BodyWalk) => walk.module() }],
  [
    'EnclosingMethod',
    {
      class: (walk: BodyWalk) => {
        walk.tape.constant2(kinds.innerTypes);
        walk.tape.constant2(kinds.outerParts);
      },
    },
  ],
  [
    'InnerClasses',
    {
      class: (walk: BodyWalk) =>
        walk.times(() => {
          walk.tape.constant2(kinds.innerTypes);
          walk.tape.constant2(kinds.innerTypes);
          walk.tape.constant2(kinds.innerNames);
          walk.tape.u2(kinds.flags);
        }),
    },
  ],
  [
    'BootstrapMethods',
    {
      class: (walk: BodyWalk) =>
        walk.times(() => {
          walk.tape.constant2(kinds.bootstraps);
          walk.constants(kinds.bootstrapValues);
        }),
    },
  ],
  [
    'Record',
    {
      class: (walk: BodyWalk) =>
        walk.times(() => {
          walk.tape.constant2(kinds.members);
          walk.tape.constant2(kinds.members);
          walk.attributes('component');
        }),
    },
  ],
]);

/** Names of attributes that are known: the position is the number by which typed contents name them. */
export const attributeNames: readonly string[] = [...attributes.keys()];
