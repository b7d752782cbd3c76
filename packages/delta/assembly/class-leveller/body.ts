import { walkAnnotations, walkElementValue, walkTypeAnnotations } from './annotations';
import { Attribute, attributeAt, beginAttributes, Place } from './attributes';
import { tagOf, textTag } from './constants';
import {
  beginChange,
  constant,
  constants,
  difference,
  four,
  left,
  measure,
  one,
  position,
  remainder,
  skip,
  two,
} from './cursor';
import { Flaw, refuse } from './flaw';
import { walkInstructions } from './instructions';

/** The last line of a table, counted through all methods. */
let line: u32 = 0;
let codeLength: u32 = 0;

let pool: usize = 0;

/**
 * Changes what stands behind the constants of a class file, and returns where it ends: what the walk steers by is the same before and
 * behind a change. The same way as packages/delta/src/class/class-body.ts goes.
 */
export function changeBody(ofPool: usize, start: usize, end: usize, level: bool, renumber: bool): usize {
  pool = ofPool;
  line = 0;
  beginChange(start, end, level, renumber);
  beginAttributes(ofPool);
  skip(2);
  constants(2);
  constants(two());
  walkMembers(Place.field);
  walkMembers(Place.method);
  walkAttributes(Place.whole);
  return position();
}

function walkMembers(place: Place): void {
  for (let rest = two(); rest > 0; rest--) {
    skip(2);
    constants(2);
    walkAttributes(place);
  }
}

function walkAttributes(place: Place): void {
  for (let rest = two(); rest > 0; rest--) {
    const name = constant();
    if (tagOf(pool, name) !== textTag) refuse(Flaw.attributeName, name);
    const attribute = attributeAt(name, place);
    const length = four();
    const start = position();
    if (attribute === Attribute.unknown) {
      skip(length);
      continue;
    }
    walkAttribute(attribute);
    measure(start);
  }
}

function walkAttribute(attribute: Attribute): void {
  switch (attribute) {
    case Attribute.code:
      walkCode();
      return;
    case Attribute.constant:
      constant();
      return;
    case Attribute.constants:
      constants(two());
      return;
    case Attribute.annotations:
      walkAnnotations();
      return;
    case Attribute.typeAnnotations:
      walkTypeAnnotations();
      return;
    case Attribute.parameterAnnotations:
      for (let rest = one(); rest > 0; rest--) walkAnnotations();
      return;
    case Attribute.annotationDefault:
      walkElementValue();
      return;
    case Attribute.parameters:
      for (let rest = one(); rest > 0; rest--) {
        constant();
        skip(2);
      }
      return;
    case Attribute.lines:
      walkLines();
      return;
    case Attribute.variables:
      walkVariables();
      return;
    case Attribute.frames:
      for (let rest = two(); rest > 0; rest--) walkFrame();
      return;
    case Attribute.module:
      walkModule();
      return;
    case Attribute.enclosingMethod:
      constants(2);
      return;
    case Attribute.innerClasses:
      for (let rest = two(); rest > 0; rest--) {
        constants(3);
        skip(2);
      }
      return;
    case Attribute.bootstraps:
      for (let rest = two(); rest > 0; rest--) {
        constant();
        constants(two());
      }
      return;
    case Attribute.record:
      for (let rest = two(); rest > 0; rest--) {
        constants(2);
        walkAttributes(Place.component);
      }
  }
}

function walkCode(): void {
  skip(4);
  codeLength = four();
  if (codeLength > left()) refuse(Flaw.codeEnds);
  walkInstructions(codeLength);
  let from: u32 = 0;
  for (let rest = two(); rest > 0; rest--) {
    from = difference(from);
    difference(difference(from));
    constant();
  }
  walkAttributes(Place.code);
}

function walkLines(): void {
  let from: u32 = 0;
  for (let rest = two(); rest > 0; rest--) {
    from = difference(from);
    line = difference(line);
  }
}

/** Most variables live until their block ends, many until the code does: their ends are counted from there. */
function walkVariables(): void {
  let from: u32 = 0;
  for (let rest = two(); rest > 0; rest--) {
    from = difference(from);
    remainder(codeLength - from);
    constants(2);
    skip(2);
  }
}

function walkFrame(): void {
  const type = one();
  if (type < 64) return;
  if (type < 128) {
    walkVerified(1);
    return;
  }
  if (type < 247) refuse(Flaw.unknownFrame, type);
  skip(2);
  if (type === 247) walkVerified(1);
  else if (type < 255) walkVerified(type < 251 ? 0 : type - 251);
  else {
    walkVerified(two());
    walkVerified(two());
  }
}

function walkVerified(count: u32): void {
  for (let rest = count; rest > 0; rest--) {
    const type = one();
    if (type === 7) constant();
    else if (type === 8) skip(2);
    else if (type > 8) refuse(Flaw.unknownVerified, type);
  }
}

function walkModule(): void {
  constant();
  skip(2);
  constant();
  for (let rest = two(); rest > 0; rest--) {
    constant();
    skip(2);
    constant();
  }
  for (let table = 0; table < 2; table++)
    for (let rest = two(); rest > 0; rest--) {
      constant();
      skip(2);
      constants(two());
    }
  constants(two());
  for (let rest = two(); rest > 0; rest--) {
    constant();
    constants(two());
  }
}
