import { createPublicKey, type KeyObject } from 'node:crypto';
import { concat } from '../bytes.ts';
import { sshKeyType, type VerifyKey, verifyKey } from './ed25519.ts';
import { keyInvalid } from './key-invalid.ts';
import { decodeBase64, keyText, parsePem } from './pem.ts';
import { SshFields } from './ssh-fields.ts';
import { publicKeyIn } from './ssh-public-key.ts';

const onlyPublic = 'Expected a public key: the .pub file of ssh-keygen, or what openssl pkey -pubout writes.';

/**
 * Reads a public key: SPKI in PEM, as openssl writes it, or OpenSSH's line `ssh-ed25519 AAAA...`.
 * @param name of the file, for messages
 * @throws INPUT_UNSUPPORTED
 */
export function parsePublicKey(bytes: Uint8Array, name: string): VerifyKey {
  const text = keyText(bytes, name);
  const pem = parsePem(text, name);
  if (pem === undefined) return verifyKey(spkiKey(concat([spkiPrefix, lineKey(text, name)]), name));
  if (pem.label === 'PUBLIC KEY') return verifyKey(spkiKey(decodeBase64(pem.content, name), name));
  throw keyInvalid(name, `it is of the kind ${JSON.stringify(pem.label)}`, onlyPublic);
}

/** What stands before the key. @see https://www.rfc-editor.org/rfc/rfc8410#section-4 */
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');

function spkiKey(der: Uint8Array, name: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
  } catch (cause) {
    throw keyInvalid(name, 'its content is not that of a public key', onlyPublic, cause);
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw keyInvalid(name, `its type is ${key.asymmetricKeyType}`);
}

function lineKey(text: string, name: string): Uint8Array {
  const fault = (flaw: string) => keyInvalid(name, flaw, onlyPublic);
  const [line = '', ...more] = text.split(/\r?\n/).filter((one) => one.trim() !== '');
  if (more.length > 0) throw fault('it has more than one line');
  const [type = '', content] = line.trim().split(/[ \t]+/);
  if (type !== sshKeyType || content === undefined)
    throw fault(
      /^(ssh|ecdsa|sk)-/.test(type)
        ? `its type is ${JSON.stringify(type.slice(0, 40))}`
        : 'it is neither PEM nor a line of OpenSSH',
    );
  const fields = new SshFields(decodeBase64(content, name), fault);
  const key = publicKeyIn(fields, fault);
  if (fields.rest().length > 0) throw fault('something stands behind it');
  return key;
}
