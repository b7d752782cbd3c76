import { keyFileLimit, keyInvalid } from './key-invalid.ts';

/** A file such as `-----BEGIN PUBLIC KEY-----`. @see https://www.rfc-editor.org/rfc/rfc7468 */
export interface Pem {
  readonly label: string;
  /** Base64, not decoded yet. */
  readonly content: string;
}

const form =
  /^\s*-----BEGIN ([A-Z0-9][A-Z0-9 ]*)-----[ \t]*\r?\n(.*)\r?\n-----END ([A-Z0-9][A-Z0-9 ]*)-----\s*$/s;

/** Undefined for what does not begin as PEM does. @throws INPUT_UNSUPPORTED */
export function parsePem(text: string, name: string): Pem | undefined {
  if (!text.trimStart().startsWith('-----BEGIN ')) return undefined;
  const [, label, content = '', end] = form.exec(text) ?? [];
  if (label === undefined || label !== end || content.includes('-----'))
    throw keyInvalid(name, 'it begins as PEM does, and does not end so, or holds more than one thing');
  return { label, content };
}

/** @throws INPUT_UNSUPPORTED for anything but base64 with its padding; white space may stand anywhere */
export function decodeBase64(text: string, name: string): Uint8Array {
  const digits = text.replace(/\s+/g, '');
  const bytes = Buffer.from(digits, 'base64');
  if (digits === '' || bytes.toString('base64') !== digits)
    throw keyInvalid(name, 'its content is not base64');
  return new Uint8Array(bytes);
}

/** @throws INPUT_UNSUPPORTED */
export function keyText(bytes: Uint8Array, name: string): string {
  if (bytes.length > keyFileLimit) throw keyInvalid(name, `it has ${bytes.length} bytes`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw keyInvalid(name, 'it is not text', undefined, cause);
  }
}
