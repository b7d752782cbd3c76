import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { BlockPackError, ByteReader } from '@block-pack/core';
import { fileLimit, gitEnvironment, missingInGit } from './git-revision.ts';

/**
 * Reads blobs of a repository, one after the other, with one git for all of them.
 * @see https://git-scm.com/docs/git-cat-file#_batch_output
 */
export class GitObjects {
  readonly #process: ChildProcess & { readonly stdin: Writable; readonly stdout: Readable };
  readonly #reader: ByteReader;
  readonly #name: string;

  /** @param name what is read, for messages */
  constructor(directory: string, name: string) {
    this.#name = name;
    this.#process = spawn('git', ['cat-file', '--batch'], {
      cwd: directory,
      env: gitEnvironment(),
      stdio: ['pipe', 'pipe', 'ignore'],
      windowsHide: true,
    });
    // Its end is seen where the answer to a question is missing.
    for (const one of [this.#process, this.#process.stdin]) one.on('error', () => {});
    this.#reader = new ByteReader(this.#process.stdout, () => missingInGit(name, 'git ended early'));
  }

  /**
   * @param object its name in hexadecimal digits
   * @throws MANIFEST_INVALID where it is no blob, or one of more than 256 MiB; INPUT_MISSING where git fails
   */
  async read(object: string): Promise<Uint8Array> {
    this.#process.stdin.write(`${object}\n`);
    const [, type = '', length = ''] = (await this.#line()).split(' ');
    if (!/^\d+$/.test(length)) throw this.#noManifest(object, 'is not in this clone');
    const size = Number(length);
    const isManifest = type === 'blob' && size <= fileLimit;
    const content = isManifest ? await this.#reader.take(size) : await this.#pass(size);
    await this.#reader.take(1);
    if (content === undefined) throw this.#noManifest(object, `is a ${type} of ${size} bytes`);
    return content;
  }

  close(): void {
    this.#process.stdin.end();
    this.#process.kill();
  }

  async #line(): Promise<string> {
    const bytes: number[] = [];
    for (;;) {
      const [byte = 0] = await this.#reader.take(1);
      if (byte === 0x0a) return String.fromCharCode(...bytes);
      bytes.push(byte);
    }
  }

  async #pass(size: number): Promise<undefined> {
    for await (const _ of this.#reader.part(size));
  }

  #noManifest(object: string, what: string): BlockPackError {
    return new BlockPackError('MANIFEST_INVALID', `${object} of ${this.#name} ${what}`);
  }
}
