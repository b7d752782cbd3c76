import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { concat } from '../bytes.ts';
import { encodeSshFields } from './ssh-fields.ts';

/** Bytes of a signature. @see https://www.rfc-editor.org/rfc/rfc8032#section-5.1.6 */
export const signatureSize = 64;

/** Whoever has it can say that bytes are as he made them. The same bytes give the same signature. */
export interface SigningKey {
  readonly fingerprint: string;
  sign(bytes: Uint8Array): Uint8Array;
}

/** Whoever has it can find out whether the owner of its private half has signed these bytes. */
export interface VerifyKey {
  readonly fingerprint: string;
  verify(bytes: Uint8Array, signature: Uint8Array): boolean;
}

/** @param key a private key of the type ed25519 */
export function signingKey(key: KeyObject): SigningKey {
  return {
    fingerprint: fingerprintOf(rawPublicKey(createPublicKey(key))),
    sign: (bytes) => new Uint8Array(sign(null, bytes, key)),
  };
}

/** @param key a public key of the type ed25519 */
export function verifyKey(key: KeyObject): VerifyKey {
  return {
    fingerprint: fingerprintOf(rawPublicKey(key)),
    verify: (bytes, signature) => signature.length === signatureSize && verify(null, bytes, key, signature),
  };
}

/** What stands before the seed. @see https://www.rfc-editor.org/rfc/rfc8410#section-7 */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** @param seed the 32 bytes that RFC 8032 calls the private key */
export function keyOfSeed(seed: Uint8Array): KeyObject {
  const der = Buffer.from(concat([pkcs8Prefix, seed]));
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

/** The 32 bytes of a public key, or of the public half of a private one. */
export function rawPublicKey(key: KeyObject): Uint8Array {
  const { x = '' } = key.export({ format: 'jwk' });
  return new Uint8Array(Buffer.from(x, 'base64url'));
}

export const sshKeyType = 'ssh-ed25519';

/** As `ssh-keygen -l` shows it, so that people can compare it with what they know. */
function fingerprintOf(publicKey: Uint8Array): string {
  const wire = encodeSshFields(new TextEncoder().encode(sshKeyType), publicKey);
  return `SHA256:${createHash('sha256').update(wire).digest('base64').replace(/=+$/, '')}`;
}
