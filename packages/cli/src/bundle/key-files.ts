import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import {
  BlockPackError,
  collect,
  keyFileLimit,
  parsePrivateKey,
  parsePublicKey,
  type SigningKey,
  type VerifyKey,
} from '@block-pack/core';
import { diskError } from '@block-pack/store';
import { printable } from '../table.ts';

/** Private keys to sign with. @throws INPUT_MISSING, INPUT_UNREADABLE, INPUT_UNSUPPORTED */
export async function readSigningKeys(
  files: readonly string[] = [],
  directory: string,
): Promise<readonly SigningKey[]> {
  const keys: SigningKey[] = [];
  for (const file of files)
    keys.push(parsePrivateKey(await readKey(resolve(directory, file), file), printable(file)));
  return keys;
}

/** Public keys, any one of which is trusted. @throws INPUT_MISSING, INPUT_UNREADABLE, INPUT_UNSUPPORTED */
export async function readVerifyKeys(
  files: readonly string[] = [],
  directory: string,
): Promise<readonly VerifyKey[]> {
  const keys: VerifyKey[] = [];
  for (const file of files)
    keys.push(parsePublicKey(await readKey(resolve(directory, file), file), printable(file)));
  return keys;
}

/** Also out of a pipe, so that a key need not lie on a disk. */
async function readKey(path: string, file: string): Promise<Uint8Array> {
  try {
    return await collect(createReadStream(path), keyFileLimit, printable(file));
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOENT')
      throw diskError(error, 'INPUT_UNREADABLE', 'read', path);
    throw new BlockPackError('INPUT_MISSING', `There is no key at ${printable(file)}`, {
      hint: 'Check the path; a relative one starts from the working directory.',
      details: { path },
      cause: error,
    });
  }
}
