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
