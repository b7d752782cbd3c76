/** Node has it; its types come with those of browsers alone. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

/** Memory of a program. Views of it hold as long as the program does not grow it. */
export interface ProgramMemory {
  readonly buffer: ArrayBuffer;
}

const modules = new Map<string, object>();

/**
 * A new run of a program, with a memory of its own.
 * @typeParam Exports what the `index.ts` of the program exports, and its `memory`
 */
export function instantiate<Exports>(program: string): Exports {
  return instanceOf(moduleOf(program));
}

/** {@link instantiate} of a program that {@link moduleOf} gave, on whatever thread. */
export function instanceOf<Exports>(module: object): Exports {
  return new WebAssembly.Instance(module).exports as Exports;
}

/** A program, compiled once; other threads can be given it as it is. */
export function moduleOf(program: string): object {
  const module = modules.get(program) ?? new WebAssembly.Module(Buffer.from(program, 'base64'));
  modules.set(program, module);
  return module;
}
