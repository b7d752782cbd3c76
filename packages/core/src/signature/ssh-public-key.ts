import { sshKeyType } from './ed25519.ts';
import type { SshFields } from './ssh-fields.ts';

/** @see https://www.rfc-editor.org/rfc/rfc8709#section-4 */
export function publicKeyIn(fields: SshFields, fault: (flaw: string) => Error): Uint8Array {
  const type = fields.text();
  if (type !== sshKeyType) throw fault(`its type is ${JSON.stringify(type.slice(0, 40))}`);
  const key = fields.bytes();
  if (key.length !== 32) throw fault(`its public half has ${key.length} bytes, expected 32`);
  return key;
}
