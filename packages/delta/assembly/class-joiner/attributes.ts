/** Those that are known, in the order of the format: there each has one less. @see https://docs.oracle.com/javase/specs/jvms/se21/html/jvms-4.html#jvms-4.7 */
export enum Attribute {
  unknown,
  code,
  constantValue,
  exceptions,
  signature,
  synthetic,
  deprecated,
  visibleAnnotations,
  invisibleAnnotations,
  visibleTypeAnnotations,
  invisibleTypeAnnotations,
  visibleParameterAnnotations,
  invisibleParameterAnnotations,
  annotationDefault,
  methodParameters,
  lineNumberTable,
  localVariableTable,
  localVariableTypeTable,
  stackMapTable,
  sourceFile,
  nestHost,
  nestMembers,
  permittedSubclasses,
  modulePackages,
  moduleMainClass,
  module,
  enclosingMethod,
  innerClasses,
  bootstrapMethods,
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

const longest: u32 = 63;

/** By length: the first attribute whose name has it. By attribute: the next one, the places where it may stand, and where its name lies, 32 bits. */
const firstOfLength = memory.data(64, 8);
const nextOfLength = memory.data(32, 8);
const places = memory.data(32, 8);
const names = memory.data(128, 8);

/** Before all others. */
export function beginAttributes(): void {
  memory.fill(firstOfLength, 0, longest + 1);
  know('Code', Attribute.code, Place.method);
  know('ConstantValue', Attribute.constantValue, Place.field);
  know('Exceptions', Attribute.exceptions, Place.method);
  know('Signature', Attribute.signature, declared);
  know('Synthetic', Attribute.synthetic, declared);
  know('Deprecated', Attribute.deprecated, declared);
  know('RuntimeVisibleAnnotations', Attribute.visibleAnnotations, declared);
  know('RuntimeInvisibleAnnotations', Attribute.invisibleAnnotations, declared);
  know('RuntimeVisibleTypeAnnotations', Attribute.visibleTypeAnnotations, anywhere);
  know('RuntimeInvisibleTypeAnnotations', Attribute.invisibleTypeAnnotations, anywhere);
  know('RuntimeVisibleParameterAnnotations', Attribute.visibleParameterAnnotations, Place.method);
  know('RuntimeInvisibleParameterAnnotations', Attribute.invisibleParameterAnnotations, Place.method);
  know('AnnotationDefault', Attribute.annotationDefault, Place.method);
  know('MethodParameters', Attribute.methodParameters, Place.method);
  know('LineNumberTable', Attribute.lineNumberTable, Place.code);
  know('LocalVariableTable', Attribute.localVariableTable, Place.code);
  know('LocalVariableTypeTable', Attribute.localVariableTypeTable, Place.code);
  know('StackMapTable', Attribute.stackMapTable, Place.code);
  know('SourceFile', Attribute.sourceFile, Place.whole);
  know('NestHost', Attribute.nestHost, Place.whole);
  know('NestMembers', Attribute.nestMembers, Place.whole);
  know('PermittedSubclasses', Attribute.permittedSubclasses, Place.whole);
  know('ModulePackages', Attribute.modulePackages, Place.whole);
  know('ModuleMainClass', Attribute.moduleMainClass, Place.whole);
  know('Module', Attribute.module, Place.whole);
  know('EnclosingMethod', Attribute.enclosingMethod, Place.whole);
  know('InnerClasses', Attribute.innerClasses, Place.whole);
  know('BootstrapMethods', Attribute.bootstrapMethods, Place.whole);
  know('Record', Attribute.record, Place.whole);
}

function know(name: string, attribute: Attribute, at: u32): void {
  const first = firstOfLength + name.length;
  store<u8>(nextOfLength + attribute, load<u8>(first));
  store<u8>(first, attribute);
  store<u8>(places + attribute, at);
  store<u32>(names + 4 * attribute, <u32>changetype<usize>(name));
}

/** The attribute that a text names. */
export function attributeNamed(text: usize, length: u32): Attribute {
  if (length > longest) return Attribute.unknown;
  let attribute: Attribute = load<u8>(firstOfLength + length);
  while (attribute !== Attribute.unknown && !isNamed(attribute, text, length))
    attribute = load<u8>(nextOfLength + attribute);
  return attribute;
}

function isNamed(attribute: Attribute, text: usize, length: u32): bool {
  const name: usize = load<u32>(names + 4 * attribute);
  for (let i: u32 = 0; i < length; i++) if (load<u8>(text + i) !== load<u16>(name + 2 * i)) return false;
  return true;
}

/** Whether an attribute is known at a place; else it may hold anything. */
export function isKnownAt(attribute: Attribute, place: Place): bool {
  return (load<u8>(places + attribute) & place) !== 0;
}
