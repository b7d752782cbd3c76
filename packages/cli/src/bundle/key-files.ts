import { resolve } from 'node:path';
import {
  keyFileLimit,
  parsePrivateKey,
  parsePublicKey,
  type SigningKey,
  type VerifyKey,
} from '@block-pack/core';
import { readSmallFile } from '../read-small-file.ts';
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
function readKey(path: string, text: string): Promise<Uint8Array> {
  return readSmallFile({ path, text, what: 'key', limit: keyFileLimit });
}
