import { createPrivateKey, type KeyObject } from 'node:crypto';
import { keyOfSeed, type SigningKey, signingKey } from './ed25519.ts';
import { keyInvalid, keyLocked } from './key-invalid.ts';
import { openSshSeed } from './openssh-private-key.ts';
import { decodeBase64, keyText, parsePem } from './pem.ts';

/**
 * Reads a private key without a passphrase: PKCS#8 in PEM, as openssl writes it, or OpenSSH's own form.
 * @param name of the file, for messages
 * @throws INPUT_UNSUPPORTED
 */
export function parsePrivateKey(bytes: Uint8Array, name: string): SigningKey {
  const pem = parsePem(keyText(bytes, name), name);
  if (pem === undefined)
    throw keyInvalid(name, 'it is not PEM', 'Expected a private key, as ssh-keygen -t ed25519 writes it.');
  const { label, content } = pem;
  if (label === 'PRIVATE KEY') return signingKey(pkcs8Key(decodeBase64(content, name), name));
  if (label === 'OPENSSH PRIVATE KEY')
    return signingKey(keyOfSeed(openSshSeed(decodeBase64(content, name), name)));
  if (label.startsWith('ENCRYPTED ')) throw keyLocked(name);
  if (label.endsWith('PUBLIC KEY'))
    throw keyInvalid(name, 'it is a public key', 'Signing takes the private half of the pair.');
  throw keyInvalid(name, `it is of the kind ${JSON.stringify(label)}`);
}

function pkcs8Key(der: Uint8Array, name: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' });
  } catch (cause) {
    throw keyInvalid(name, 'its content is not that of a private key', undefined, cause);
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw keyInvalid(name, `its type is ${key.asymmetricKeyType}`);
}
