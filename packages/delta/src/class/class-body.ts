import { byName } from '../by-name.ts';
import { deltaInvalid } from '../difference/delta-invalid.ts';
import { walkAnnotation, walkElementValue, walkTypeTarget } from './annotations.ts';
import type { ClassTape } from './class-tape.ts';
import { type ConstantPool, constantTag } from './constant-pool.ts';
import { walkInstructions } from './instructions.ts';
import { NumberedTexts } from './numbered-texts.ts';
import { kinds, type StreamKind } from './typed-streams.ts';

/**
 * Goes through what stands behind the constants of a class file: see {@link ClassTape} for what comes of it.
 * @throws DELTA_INVALID for what {@link https://docs.oracle.com/javase/specs/jvms/se21/html/jvms-4.html JVMS 4} does not say; attributes that it does not know may hold anything
 */
export function walkBody(pool: ConstantPool, tape: ClassTape): void {
  new BodyWalk(pool, tape).class();
}

/** Where an attribute stands. Those of code and of records hold attributes themselves, so that they nest no deeper than these. */
const places = ['class', 'field', 'method', 'code', 'component'] as const;

type Place = (typeof places)[number];

/** Goes through what an attribute holds. Functions that know of nothing are passed around, since there would be a closure for each attribute. */
type Attribute = (walk: BodyWalk) => void;

type Attributes = Readonly<Partial<Record<Place, Attribute>>>;

class BodyWalk {
  readonly tape: ClassTape;
  readonly #pool: ConstantPool;
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
    this.#members('field', (walk) => walk.attributes('field'));
    this.#members('method', (walk) => walk.attributes('method'));
    this.attributes('class');
  }

  #members(place: 'field' | 'method', walk: (by: BodyWalk) => void): void {
    const { tape } = this;
    for (let left = tape.u2(kinds.counts); left > 0; left--) {
      tape.u2(kinds.flags);
      const name = tape.constant2(kinds.members);
      const type = tape.constant2(kinds.members);
      tape.unit(place, name, type, walk, this);
    }
  }

  constants(kind: StreamKind): void {
    const { tape } = this;
    for (let left = tape.u2(kinds.counts); left > 0; left--) tape.constant2(kind);
  }

  attributes(place: Place): void {
    const { tape } = this;
    const known = attributes[place];
    for (let left = tape.u2(kinds.attributeCounts); left > 0; left--) {
      const name = tape.attributeName();
      if (this.#pool.tags[name] !== constantTag.utf8)
        throw deltaInvalid(`an attribute of a class file is named by constant ${name}, which is no text`);
      const number = attributeTexts.numberOf(this.#pool, name);
      tape.unit('attribute', name, 0, (number < 0 ? undefined : known[number]) ?? opaque, this);
    }
  }

  code(): void {
    const { tape } = this;
    tape.u2(kinds.stacks);
    tape.u2(kinds.stacks);
    this.#codeLength = tape.u4(kinds.codeLengths);
    if (this.#codeLength > tape.left) throw deltaInvalid('code of a class file ends too early');
    walkInstructions(tape, this.#codeLength);
    let from = 0;
    for (let left = tape.u2(kinds.handlerCounts); left > 0; left--) {
      from = tape.difference(kinds.handlers, from);
      tape.difference(kinds.handlers, tape.difference(kinds.handlers, from));
      tape.constant2(kinds.handlerTypes);
    }
    this.attributes('code');
  }

  lines(): void {
    const { tape } = this;
    let from = 0;
    for (let left = tape.u2(kinds.lineCounts); left > 0; left--) {
      from = tape.difference(kinds.linePlaces, from);
      this.#line = tape.difference(kinds.lines, this.#line);
    }
  }

  /** Most variables live until their block ends, many until the code does: their ends are counted from there. */
  variables(): void {
    const { tape } = this;
    let from = 0;
    for (let left = tape.u2(kinds.variableCounts); left > 0; left--) {
      from = tape.difference(kinds.variablePlaces, from);
      tape.remainder(kinds.variableEnds, this.#codeLength - from);
      tape.constantBeside(kinds.variableTypes, tape.constant2(kinds.variableNames));
      tape.u2(kinds.variableSlots);
    }
  }

  frames(): void {
    for (let left = this.tape.u2(kinds.frameCounts); left > 0; left--) this.#frame();
  }

  #frame(): void {
    const { tape } = this;
    const type = tape.u1(kinds.frames);
    if (type < 64) return;
    if (type < 128) {
      this.#verified(1);
      return;
    }
    if (type < 247) throw deltaInvalid(`a class file has a stack map frame of the unknown type ${type}`);
    tape.u2(kinds.framePlaces);
    if (type === 247) this.#verified(1);
    else if (type === 255) for (const _ of [0, 1]) this.#verified(tape.u2(kinds.verifiedCounts));
    else this.#verified(type - 251);
  }

  #verified(count: number): void {
    const { tape } = this;
    for (let left = count; left > 0; left--) {
      const type = tape.u1(kinds.verified);
      if (type === 7) tape.constant2(kinds.verifiedTypes);
      else if (type === 8) tape.u2(kinds.framePlaces);
      else if (type > 8) throw deltaInvalid(`a class file has a verification type ${type}`);
    }
  }

  module(): void {
    const { tape } = this;
    const name = () => tape.constant2(kinds.modules);
    const flags = () => tape.u2(kinds.flags);
    name();
    flags();
    name();
    for (let left = tape.u2(kinds.counts); left > 0; left--) {
      name();
      flags();
      name();
    }
    for (const _ of ['exports', 'opens'])
      for (let left = tape.u2(kinds.counts); left > 0; left--) {
        name();
        flags();
        this.constants(kinds.modules);
      }
    this.constants(kinds.modules);
    for (let left = tape.u2(kinds.counts); left > 0; left--) {
      name();
      this.constants(kinds.modules);
    }
  }
}

const opaque: Attribute = ({ tape }) => tape.opaque(kinds.opaque, tape.u4(kinds.attributeLengths));

const nothing: Attribute = () => {};
const text: Attribute = ({ tape }) => tape.constant2(kinds.attributeTexts);
const types: Attribute = (walk) => walk.constants(kinds.innerTypes);
const variables: Attribute = (walk) => walk.variables();

const annotations: Attribute = ({ tape }) => {
  for (let left = tape.u2(kinds.counts); left > 0; left--) walkAnnotation(tape);
};

const parameterAnnotations: Attribute = (walk) => {
  for (let left = walk.tape.u1(kinds.parameterCounts); left > 0; left--) annotations(walk);
};

const typeAnnotations: Attribute = ({ tape }) => {
  for (let left = tape.u2(kinds.counts); left > 0; left--) {
    walkTypeTarget(tape);
    walkAnnotation(tape);
  }
};

const parameters: Attribute = ({ tape }) => {
  for (let left = tape.u1(kinds.parameterCounts); left > 0; left--) {
    tape.constant2(kinds.variableNames);
    tape.u2(kinds.flags);
  }
};

const enclosingMethod: Attribute = ({ tape }) => {
  tape.constant2(kinds.innerTypes);
  tape.constant2(kinds.outerParts);
};

const innerClasses: Attribute = ({ tape }) => {
  for (let left = tape.u2(kinds.counts); left > 0; left--) {
    tape.constant2(kinds.innerTypes);
    tape.constant2(kinds.innerTypes);
    tape.constant2(kinds.innerNames);
    tape.u2(kinds.flags);
  }
};

const bootstrapMethods: Attribute = (walk) => {
  for (let left = walk.tape.u2(kinds.counts); left > 0; left--) {
    walk.tape.constant2(kinds.bootstraps);
    walk.constants(kinds.bootstrapValues);
  }
};

const record: Attribute = (walk) => {
  for (let left = walk.tape.u2(kinds.counts); left > 0; left--) {
    walk.tape.constant2(kinds.members);
    walk.tape.constant2(kinds.members);
    walk.attributes('component');
  }
};

/** In every place but code. */
function declared(attribute: Attribute): Attributes {
  return { class: attribute, field: attribute, method: attribute, component: attribute };
}

/** {@link https://docs.oracle.com/javase/specs/jvms/se21/html/jvms-4.html#jvms-4.7 JVMS 4.7} */
const known = {
  Code: { method: (walk) => walk.code() },
  ConstantValue: { field: ({ tape }) => tape.constant2(kinds.attributeValues) },
  Exceptions: { method: (walk) => walk.constants(kinds.types) },
  Signature: declared(text),
  Synthetic: declared(nothing),
  Deprecated: declared(nothing),
  RuntimeVisibleAnnotations: declared(annotations),
  RuntimeInvisibleAnnotations: declared(annotations),
  RuntimeVisibleTypeAnnotations: { ...declared(typeAnnotations), code: typeAnnotations },
  RuntimeInvisibleTypeAnnotations: { ...declared(typeAnnotations), code: typeAnnotations },
  RuntimeVisibleParameterAnnotations: { method: parameterAnnotations },
  RuntimeInvisibleParameterAnnotations: { method: parameterAnnotations },
  AnnotationDefault: { method: ({ tape }) => walkElementValue(tape) },
  MethodParameters: { method: parameters },
  LineNumberTable: { code: (walk) => walk.lines() },
  LocalVariableTable: { code: variables },
  LocalVariableTypeTable: { code: variables },
  StackMapTable: { code: (walk) => walk.frames() },
  SourceFile: { class: text },
  NestHost: { class: ({ tape }) => tape.constant2(kinds.innerTypes) },
  NestMembers: { class: types },
  PermittedSubclasses: { class: types },
  ModulePackages: { class: (walk) => walk.constants(kinds.modules) },
  ModuleMainClass: { class: ({ tape }) => tape.constant2(kinds.modules) },
  Module: { class: (walk) => walk.module() },
  EnclosingMethod: { class: enclosingMethod },
  InnerClasses: { class: innerClasses },
  BootstrapMethods: { class: bootstrapMethods },
  Record: { class: record },
} as const satisfies Record<string, Attributes>;

/** Names of attributes that are known: the position is the number by which typed contents name them. */
export const attributeNames: readonly string[] = Object.keys(known);

/** The same, by the bytes of texts. */
export const attributeTexts = new NumberedTexts(attributeNames);

/** By place and number. What is known has a length that follows from it. */
const attributes = byName(places, (place) =>
  Object.values<Attributes>(known).map(({ [place]: attribute }) => attribute && measured(attribute)),
);

function measured(attribute: Attribute): Attribute {
  return (walk) => walk.tape.measured(attribute, walk);
}
