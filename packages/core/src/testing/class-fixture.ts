/** Bytes of a class file, in lists however nested. */
export type ClassBytes = number | readonly ClassBytes[] | Uint8Array;

/** Two bytes, as most numbers of a class file have. */
export function u2(value: number): number[] {
  return [(value >>> 8) & 0xff, value & 0xff];
}

/** Four bytes. */
export function u4(value: number): number[] {
  return [...u2(value >>> 16), ...u2(value)];
}

/** Makes class files as a compiler would: constants get their numbers when they are first asked for. */
export class FakeClass {
  readonly #constants = new Map<string, number>();
  readonly #bytes: ClassBytes[] = [];
  readonly #fields: ClassBytes[] = [];
  readonly #methods: ClassBytes[] = [];
  readonly #attributes: ClassBytes[] = [];
  #count = 1;

  text(text: string): number {
    const bytes = new TextEncoder().encode(text);
    return this.#constant(1, [u2(bytes.length), bytes]);
  }

  integer(value: number): number {
    return this.#constant(3, u4(value));
  }

  long(value: number): number {
    return this.#constant(5, [u4(0), u4(value)], 2);
  }

  class(name: string): number {
    return this.#constant(7, u2(this.text(name)));
  }

  string(text: string): number {
    return this.#constant(8, u2(this.text(text)));
  }

  nameAndType(name: string, type: string): number {
    return this.#constant(12, [u2(this.text(name)), u2(this.text(type))]);
  }

  /** @param tag 9 for a field, 10 for a method, 11 for one of an interface */
  member(owner: string, name: string, type: string, tag: 9 | 10 | 11 = 10): number {
    return this.#constant(tag, [u2(this.class(owner)), u2(this.nameAndType(name, type))]);
  }

  handle(kind: number, member: number): number {
    return this.#constant(15, [kind, u2(member)]);
  }

  methodType(type: string): number {
    return this.#constant(16, u2(this.text(type)));
  }

  /** @param bootstrap place in the attribute `BootstrapMethods` */
  invokeDynamic(bootstrap: number, name: string, type: string): number {
    return this.#constant(18, [u2(bootstrap), u2(this.nameAndType(name, type))]);
  }

  attribute(name: string, ...content: readonly ClassBytes[]): number[] {
    const bytes = flat(content);
    return flat([u2(this.text(name)), u4(bytes.length), bytes]);
  }

  code(
    instructions: ClassBytes,
    exceptions: readonly ClassBytes[] = [],
    ...attributes: readonly ClassBytes[]
  ): number[] {
    const bytes = flat(instructions);
    const table = [u2(exceptions.length), ...exceptions];
    const all = [u2(attributes.length), ...attributes];
    return this.attribute('Code', u2(4), u2(4), u4(bytes.length), bytes, table, all);
  }

  field(name: string, type: string, ...attributes: readonly ClassBytes[]): void {
    this.#fields.push(this.#member(name, type, attributes));
  }

  method(name: string, type: string, ...attributes: readonly ClassBytes[]): void {
    this.#methods.push(this.#member(name, type, attributes));
  }

  /** An attribute of the class itself. */
  add(attribute: ClassBytes): void {
    this.#attributes.push(attribute);
  }

  bytes(name: string, base = 'java/lang/Object', ...interfaces: readonly string[]): Uint8Array {
    const head = [u2(0x21), u2(this.class(name)), u2(this.class(base))];
    const rest = [
      interfaces.map((one) => u2(this.class(one))),
      this.#fields,
      this.#methods,
      this.#attributes,
    ];
    const body = flat([head, rest.map((list) => [u2(list.length), ...list])]);
    return Uint8Array.from([
      ...u4(0xcafebabe),
      ...u2(0),
      ...u2(61),
      ...u2(this.#count),
      ...flat(this.#bytes),
      ...body,
    ]);
  }

  #member(name: string, type: string, attributes: readonly ClassBytes[]): ClassBytes {
    return [u2(1), u2(this.text(name)), u2(this.text(type)), u2(attributes.length), ...attributes];
  }

  #constant(tag: number, content: ClassBytes, slots = 1): number {
    const bytes = flat([tag, content]);
    const key = bytes.join();
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    this.#bytes.push(bytes);
    this.#constants.set(key, this.#count);
    this.#count += slots;
    return this.#count - slots;
  }
}

function flat(bytes: ClassBytes): number[] {
  if (typeof bytes === 'number') return [bytes];
  return bytes instanceof Uint8Array ? [...bytes] : bytes.flatMap(flat);
}

/** A class file with one of each attribute and of each form of instruction. */
export function fakeClassOfAllForms(text = 'text'): Uint8Array {
  const fake = new FakeClass();
  const at = (index: number) => u2(index);
  const name = at(fake.text(text));
  const owner = at(fake.class('a/Owner'));
  const field = at(fake.member('a/Owner', 'field', 'I', 9));
  const method = fake.member('a/Owner', 'method', '()V');
  const ofInterface = at(fake.member('a/Owner', 'method', '()V', 11));
  const dynamic = at(fake.invokeDynamic(0, 'run', '()Ljava/lang/Runnable;'));
  const annotation = [
    ...name,
    ...u2(4),
    ...[...name, 0x73, ...name],
    ...[...name, 0x65, ...name, ...name],
    ...[...name, 0x40, ...name, ...u2(0)],
    ...[...name, 0x5b, ...u2(1), 0x49, ...at(fake.integer(7))],
  ];
  const annotations = ['RuntimeVisibleAnnotations', 'RuntimeInvisibleAnnotations'].map((kind) =>
    fake.attribute(kind, u2(1), annotation),
  );
  const typed = [
    [0x00, 0],
    [0x10, 0, 0],
    [0x12, 0, 0],
    [0x13],
    [0x16, 0],
    [0x17, 0, 0],
    [0x40, 0, 1, 0, 0, 0, 1, 0, 0],
    [0x42, 0, 0],
    [0x47, 0, 0, 0],
  ].flatMap((target) => [...target, 1, 0, 0, ...annotation]);
  const typeAnnotations = fake.attribute('RuntimeVisibleTypeAnnotations', u2(9), typed);
  const simple = [
    fake.attribute('Synthetic'),
    fake.attribute('Deprecated'),
    fake.attribute('Signature', name),
  ];
  fake.field('constant', 'J', fake.attribute('ConstantValue', at(fake.long(5))), ...simple, ...annotations);
  const code = [
    [0x12, fake.integer(8), 0x13, ...at(fake.string(text)), 0x14, ...at(fake.long(5))],
    [0xb2, ...field, 0xb4, ...field, 0xb6, ...at(method), 0xb9, ...ofInterface, 1, 0, 0xba, ...dynamic, 0, 0],
    [0xbb, ...owner, 0xbd, ...owner, 0xc0, ...owner, 0xc1, ...owner, 0xc5, ...owner, 2],
    [0x10, 1, 0x11, 1, 2, 0x15, 1, 0x36, 1, 0x84, 1, 1, 0xa7, 0, 3, 0xc6, 0, 3, 0xc8, 0, 0, 0, 5, 0xbc, 4],
    [0xc4, 0x15, 0, 1, 0xc4, 0x84, 0, 1, 0, 1],
  ].flat();
  const aligned = (from: number) => new Array<number>((4 - ((from + 1) % 4)) % 4).fill(0);
  code.push(0xaa, ...aligned(code.length), ...u4(0), ...u4(1), ...u4(2), ...u4(0), ...u4(0));
  code.push(0xab, ...aligned(code.length), ...u4(0), ...u4(1), ...u4(5), ...u4(0), 0xb1);
  const variables = [...u2(1), ...u2(2), ...u2(code.length - 2), ...name, ...name, ...u2(1)];
  const frames = [
    [0, 70, 1, 247, 0, 1, 7, ...owner, 249, 0, 1, 251, 0, 1, 253, 0, 1, 8, 0, 0, 1],
    [255, 0, 1, ...u2(2), 2, 3, ...u2(1), 4],
  ].flat();
  fake.method(
    'method',
    '(I)V',
    fake.code(
      code,
      [[...u2(0), ...u2(4), ...u2(8), ...owner]],
      fake.attribute('LineNumberTable', u2(2), u2(0), u2(5), u2(9), u2(2)),
      fake.attribute('LocalVariableTable', variables),
      fake.attribute('LocalVariableTypeTable', variables),
      fake.attribute('StackMapTable', u2(7), frames),
      typeAnnotations,
      fake.attribute('Unheard', 1, 2),
    ),
    fake.attribute('Exceptions', u2(1), owner),
    fake.attribute('RuntimeVisibleParameterAnnotations', 2, u2(0), u2(1), annotation),
    fake.attribute('MethodParameters', 1, name, u2(0)),
    fake.attribute('AnnotationDefault', 0x63, name),
  );
  fake.add(fake.attribute('InnerClasses', u2(1), owner, u2(0), name, u2(1)));
  fake.add(fake.attribute('EnclosingMethod', owner, u2(0)));
  fake.add(fake.attribute('NestHost', owner));
  for (const list of ['NestMembers', 'PermittedSubclasses', 'ModulePackages'])
    fake.add(fake.attribute(list, u2(1), owner));
  fake.add(fake.attribute('ModuleMainClass', owner));
  fake.add(fake.attribute('Record', u2(1), name, name, u2(1), fake.attribute('Signature', name)));
  const bootstrap = at(fake.handle(6, method));
  fake.add(fake.attribute('BootstrapMethods', u2(1), bootstrap, u2(1), at(fake.methodType('()V'))));
  const opened = [...u2(1), ...owner, ...u2(0), ...u2(1), ...owner];
  const provided = [...u2(1), ...owner, ...u2(1), ...owner];
  const required = [...u2(1), ...owner, ...u2(0), ...name];
  fake.add(fake.attribute('Module', owner, u2(0), name, required, opened, opened, u2(1), owner, provided));
  return fake.bytes('a/Everything', 'java/lang/Object', 'a/One', 'a/Two');
}

/** Calls many methods; one text more gives all constants another number. */
export function fakeClassOfCalls(...texts: readonly string[]): Uint8Array {
  const fake = new FakeClass();
  for (const text of texts) fake.string(text);
  for (let i = 0; i < 40; i++)
    fake.method(`m${i}`, '()V', fake.code([0xb8, u2(fake.member('a/B', `call${i * i}`, '()V')), 0xb1]));
  return fake.bytes('a/A');
}
