import type { Bytes } from '../bytes.ts';

/** Hands a stream on to a second reader, chunk by chunk: the first waits until the second is done with each. */
export class Relay {
  #chunk: Uint8Array | undefined;
  #ended = false;
  #taken: () => void = () => {};
  #given: () => void = () => {};

  /** Returns when the chunk may change. */
  async push(chunk: Uint8Array): Promise<void> {
    await new Promise<void>((taken) => {
      this.#chunk = chunk;
      this.#taken = taken;
      this.#given();
    });
  }

  end(): void {
    this.#ended = true;
    this.#given();
  }

  async *bytes(): Bytes {
    for (;;) {
      const chunk = this.#chunk;
      if (chunk !== undefined) {
        yield chunk;
        this.#chunk = undefined;
        this.#taken();
      }
      // What was taken may have brought the next one.
      else if (this.#ended) return;
      else
        await new Promise<void>((given) => {
          this.#given = given;
        });
    }
  }
}
