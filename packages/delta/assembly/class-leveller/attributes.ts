import { twoAt } from './bytes';
import { countOf, placeOf } from './constants';

/** Those that are known; all others may hold anything. @see https://docs.oracle.com/javase/specs/jvms/se21/html/jvms-4.html#jvms-4.7 */
export enum Attribute {
  unknown,
  code,
  constant,
  constants,
  nothing,
  annotations,
  typeAnnotations,
  parameterAnnotations,
  annotationDefault,
  parameters,
  lines,
  variables,
  frames,
  module,
  enclosingMethod,
  innerClasses,
  bootstraps,
  record,
}

/** Where an attribute stands: a bit each. Those of code and of records hold attributes themselves, so that they nest no deeper than these. */
export enum Place {
  whole = 1,
  field = 2,
  method = 4,
  code = 8,
  component = 16,
}

const declared: u32 = Place.whole | Place.field | Place.method | Place.component;
const anywhere: u32 = declared | Place.code;

/** By index of a text, what it names: 0 where that was not looked up, else one more than the attribute; and the places where that may stand. */
const named = memory.data(65536, 8);
const placed = memory.data(65536, 8);

let pool: usize = 0;

/** Before the attributes of a class file. */
export function beginAttributes(ofPool: usize): void {
  pool = ofPool;
  memory.fill(named, 0, countOf(pool));
}

/** What a text names at a place. */
export function attributeAt(index: u32, place: Place): Attribute {
  if (load<u8>(named + index) === 0) lookUp(index);
  const isThere = (load<u8>(placed + index) & place) !== 0;
  return isThere ? load<u8>(named + index) - 1 : Attribute.unknown;
}

function lookUp(index: u32): void {
  store<u8>(named + index, 1 + Attribute.unknown);
  store<u8>(placed + index, 0);
  switch (twoAt(placeOf(pool, index))) {
    case 4:
      know(index, 'Code', Attribute.code, Place.method);
      return;
    case 6:
      know(index, 'Module', Attribute.module, Place.whole);
      know(index, 'Record', Attribute.record, Place.whole);
      return;
    case 8:
      know(index, 'NestHost', Attribute.constant, Place.whole);
      return;
    case 9:
      know(index, 'Signature', Attribute.constant, declared);
      know(index, 'Synthetic', Attribute.nothing, declared);
      return;
    case 10:
      know(index, 'Exceptions', Attribute.constants, Place.method);
      know(index, 'Deprecated', Attribute.nothing, declared);
      know(index, 'SourceFile', Attribute.constant, Place.whole);
      return;
    case 11:
      know(index, 'NestMembers', Attribute.constants, Place.whole);
      return;
    case 12:
      know(index, 'InnerClasses', Attribute.innerClasses, Place.whole);
      return;
    case 13:
      know(index, 'ConstantValue', Attribute.constant, Place.field);
      know(index, 'StackMapTable', Attribute.frames, Place.code);
      return;
    case 14:
      know(index, 'ModulePackages', Attribute.constants, Place.whole);
      return;
    case 15:
      know(index, 'LineNumberTable', Attribute.lines, Place.code);
      know(index, 'ModuleMainClass', Attribute.constant, Place.whole);
      know(index, 'EnclosingMethod', Attribute.enclosingMethod, Place.whole);
      return;
    case 16:
      know(index, 'MethodParameters', Attribute.parameters, Place.method);
      know(index, 'BootstrapMethods', Attribute.bootstraps, Place.whole);
      return;
    case 17:
      know(index, 'AnnotationDefault', Attribute.annotationDefault, Place.method);
      return;
    case 18:
      know(index, 'LocalVariableTable', Attribute.variables, Place.code);
      return;
    case 19:
      know(index, 'PermittedSubclasses', Attribute.constants, Place.whole);
      return;
    case 22:
      know(index, 'LocalVariableTypeTable', Attribute.variables, Place.code);
      return;
    case 25:
      know(index, 'RuntimeVisibleAnnotations', Attribute.annotations, declared);
      return;
    case 27:
      know(index, 'RuntimeInvisibleAnnotations', Attribute.annotations, declared);
      return;
    case 29:
      know(index, 'RuntimeVisibleTypeAnnotations', Attribute.typeAnnotations, anywhere);
      return;
    case 31:
      know(index, 'RuntimeInvisibleTypeAnnotations', Attribute.typeAnnotations, anywhere);
      return;
    case 34:
      know(index, 'RuntimeVisibleParameterAnnotations', Attribute.parameterAnnotations, Place.method);
      return;
    case 36:
      know(index, 'RuntimeInvisibleParameterAnnotations', Attribute.parameterAnnotations, Place.method);
  }
}

/** Notes what the text names, if it is this name, which has as many bytes. */
function know(index: u32, name: string, attribute: Attribute, places: u32): void {
  const text = placeOf(pool, index) + 2;
  for (let i = 0; i < name.length; i++)
    if (load<u8>(text + i) !== load<u16>(changetype<usize>(name) + 2 * i)) return;
  store<u8>(named + index, 1 + attribute);
  store<u8>(placed + index, places);
}
