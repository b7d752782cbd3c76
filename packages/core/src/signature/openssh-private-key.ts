import { createPublicKey } from 'node:crypto';
import { keyOfSeed, rawPublicKey } from './ed25519.ts';
import { keyInvalid, keyLocked } from './key-invalid.ts';
import { SshFields } from './ssh-fields.ts';
import { publicKeyIn } from './ssh-public-key.ts';

const magic = 'openssh-key-v1\0';

/**
 * The seed in a private key of OpenSSH.
 * @param bytes what stands between the lines of dashes
 * @throws INPUT_UNSUPPORTED
 * @see https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key
 */
export function openSshSeed(bytes: Uint8Array, name: string): Uint8Array {
  const fault = (flaw: string) => keyInvalid(name, flaw);
  const fields = new SshFields(bytes, fault);
  if (new TextDecoder('latin1').decode(fields.take(magic.length)) !== magic)
    throw fault('it does not begin as a key of OpenSSH does');
  const [cipher, derivation] = [fields.text(), fields.text()];
  if (cipher !== 'none' || derivation !== 'none') throw keyLocked(name);
  if (fields.bytes().length > 0) throw fault('it has settings of a passphrase, and none');
  const count = fields.number();
  if (count !== 1) throw fault(`it holds ${count} keys`);
  const outside = publicKeyIn(new SshFields(fields.bytes(), fault), fault);
  const inside = new SshFields(fields.bytes(), fault);
  if (fields.rest().length > 0) throw fault('something stands behind it');
  return seedIn(inside, outside, fault);
}

function seedIn(fields: SshFields, outside: Uint8Array, fault: (flaw: string) => Error): Uint8Array {
  const check = fields.number();
  if (fields.number() !== check) throw fault('its check numbers differ');
  const publicKey = publicKeyIn(fields, fault);
  const secret = fields.bytes();
  if (secret.length !== 64) throw fault(`its secret has ${secret.length} bytes, expected 64`);
  const seed = secret.subarray(0, 32);
  const derived = rawPublicKey(createPublicKey(keyOfSeed(seed)));
  for (const one of [outside, publicKey, secret.subarray(32)])
    if (Buffer.compare(one, derived) !== 0) throw fault('its public half belongs to another private one');
  fields.bytes(); // the comment
  if (!fields.rest().every((byte, at) => byte === at + 1)) throw fault('its padding is not 1, 2, 3');
  return seed;
}
