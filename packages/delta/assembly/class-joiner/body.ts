import { walkAnnotations, walkElementValue, walkTypeAnnotations } from './annotations';
import { Attribute, isKnownAt, Place } from './attributes';
import { attributeOf } from './constants';
import { attributeName, constant, constants, typeBeside } from './indexes';
import { walkInstructions } from './instructions';
import { bytes, count, difference, four, left, one, pass, position, remainder, two } from './output';
import { beginBody, Group } from './ranks';
import { refuse } from './refuse';
import { Stream } from './streams';

/** The last line of a table, counted through all methods. */
let line: u32 = 0;
let codeLength: u32 = 0;

/** Makes what stands behind the constants of a class file. The same way as packages/delta/src/class/class-body.ts goes. */
export function putBody(): void {
  line = 0;
  beginBody();
  two(Stream.flags);
  constant(Group.types, Stream.ownTypes);
  constant(Group.types, Stream.ownTypes);
  constants(Group.types, Stream.ownTypes);
  walkMembers(Place.field);
  walkMembers(Place.method);
  walkAttributes(Place.whole);
}

function walkMembers(place: Place): void {
  for (let rest = count(); rest > 0; rest--) {
    two(Stream.flags);
    constant(Group.texts, Stream.members);
    constant(Group.texts, Stream.members);
    walkAttributes(place);
  }
}

function walkAttributes(place: Place): void {
  for (let rest = two(Stream.attributeCounts); rest > 0; rest--) {
    const attribute = attributeOf(attributeName());
    if (!isKnownAt(attribute, place)) {
      bytes(Stream.opaque, four(Stream.attributeLengths));
      continue;
    }
    const length = pass(4);
    walkAttribute(attribute);
    store<u32>(length, bswap(<u32>(position() - length) - 4));
  }
}

function walkAttribute(attribute: Attribute): void {
  switch (attribute) {
    case Attribute.code:
      walkCode();
      return;
    case Attribute.constantValue:
      constant(Group.values, Stream.attributeValues);
      return;
    case Attribute.exceptions:
      constants(Group.types, Stream.types);
      return;
    case Attribute.signature:
    case Attribute.sourceFile:
      constant(Group.texts, Stream.attributeTexts);
      return;
    case Attribute.visibleAnnotations:
    case Attribute.invisibleAnnotations:
      walkAnnotations();
      return;
    case Attribute.visibleTypeAnnotations:
    case Attribute.invisibleTypeAnnotations:
      walkTypeAnnotations();
      return;
    case Attribute.visibleParameterAnnotations:
    case Attribute.invisibleParameterAnnotations:
      for (let rest = one(Stream.parameterCounts); rest > 0; rest--) walkAnnotations();
      return;
    case Attribute.annotationDefault:
      walkElementValue();
      return;
    case Attribute.methodParameters:
      for (let rest = one(Stream.parameterCounts); rest > 0; rest--) {
        constant(Group.texts, Stream.variableNames);
        two(Stream.flags);
      }
      return;
    case Attribute.lineNumberTable:
      walkLines();
      return;
    case Attribute.localVariableTable:
    case Attribute.localVariableTypeTable:
      walkVariables();
      return;
    case Attribute.stackMapTable:
      for (let rest = two(Stream.frameCounts); rest > 0; rest--) walkFrame();
      return;
    case Attribute.nestHost:
      constant(Group.types, Stream.innerTypes);
      return;
    case Attribute.nestMembers:
    case Attribute.permittedSubclasses:
      constants(Group.types, Stream.innerTypes);
      return;
    case Attribute.modulePackages:
      constants(Group.all, Stream.modules);
      return;
    case Attribute.moduleMainClass:
      constant(Group.all, Stream.modules);
      return;
    case Attribute.module:
      walkModule();
      return;
    case Attribute.enclosingMethod:
      constant(Group.types, Stream.innerTypes);
      constant(Group.parts, Stream.outerParts);
      return;
    case Attribute.innerClasses:
      for (let rest = count(); rest > 0; rest--) {
        constant(Group.types, Stream.innerTypes);
        constant(Group.types, Stream.innerTypes);
        constant(Group.texts, Stream.innerNames);
        two(Stream.flags);
      }
      return;
    case Attribute.bootstrapMethods:
      for (let rest = count(); rest > 0; rest--) {
        constant(Group.handles, Stream.bootstraps);
        constants(Group.values, Stream.bootstrapValues);
      }
      return;
    case Attribute.record:
      for (let rest = count(); rest > 0; rest--) {
        constant(Group.texts, Stream.members);
        constant(Group.texts, Stream.members);
        walkAttributes(Place.component);
      }
  }
}

function walkCode(): void {
  two(Stream.stacks);
  two(Stream.stacks);
  const length = four(Stream.codeLengths);
  if (length > left()) refuse();
  codeLength = <u32>length;
  walkInstructions(codeLength);
  let from: u32 = 0;
  for (let rest = two(Stream.handlerCounts); rest > 0; rest--) {
    from = difference(Stream.handlers, from);
    difference(Stream.handlers, difference(Stream.handlers, from));
    constant(Group.types, Stream.handlerTypes);
  }
  walkAttributes(Place.code);
}

function walkLines(): void {
  let from: u32 = 0;
  for (let rest = two(Stream.lineCounts); rest > 0; rest--) {
    from = difference(Stream.linePlaces, from);
    line = difference(Stream.lines, line);
  }
}

/** Most variables live until their block ends, many until the code does: their ends are counted from there. */
function walkVariables(): void {
  let from: u32 = 0;
  for (let rest = two(Stream.variableCounts); rest > 0; rest--) {
    from = difference(Stream.variablePlaces, from);
    remainder(Stream.variableEnds, codeLength - from);
    typeBeside(constant(Group.texts, Stream.variableNames));
    two(Stream.variableSlots);
  }
}

function walkFrame(): void {
  const type = one(Stream.frames);
  if (type < 64) return;
  if (type < 128) {
    walkVerified(1);
    return;
  }
  if (type < 247) refuse();
  two(Stream.framePlaces);
  if (type === 247) walkVerified(1);
  else if (type < 255) walkVerified(type < 251 ? 0 : type - 251);
  else {
    walkVerified(two(Stream.verifiedCounts));
    walkVerified(two(Stream.verifiedCounts));
  }
}

function walkVerified(count: u32): void {
  for (let rest = count; rest > 0; rest--) {
    const type = one(Stream.verified);
    if (type === 7) constant(Group.types, Stream.verifiedTypes);
    else if (type === 8) two(Stream.framePlaces);
    else if (type > 8) refuse();
  }
}

function walkModule(): void {
  constant(Group.all, Stream.modules);
  two(Stream.flags);
  constant(Group.all, Stream.modules);
  for (let rest = count(); rest > 0; rest--) {
    constant(Group.all, Stream.modules);
    two(Stream.flags);
    constant(Group.all, Stream.modules);
  }
  for (let table = 0; table < 2; table++)
    for (let rest = count(); rest > 0; rest--) {
      constant(Group.all, Stream.modules);
      two(Stream.flags);
      constants(Group.all, Stream.modules);
    }
  constants(Group.all, Stream.modules);
  for (let rest = count(); rest > 0; rest--) {
    constant(Group.all, Stream.modules);
    constants(Group.all, Stream.modules);
  }
}
