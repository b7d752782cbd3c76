import { BlockPackError } from '../error.ts';

/** Bytes. The longest of the files is below one kilobyte. */
export const keyFileLimit = 1 << 16;

const makeOne = 'Make one with ssh-keygen -t ed25519, or with openssl genpkey -algorithm ed25519.';

/** The error of every file that should hold a key and does not. */
export function keyInvalid(name: string, flaw: string, hint = makeOne, cause?: unknown): BlockPackError {
  return new BlockPackError('INPUT_UNSUPPORTED', `${name} is no Ed25519 key that can be used: ${flaw}`, {
    hint,
    details: { name },
    cause,
  });
}

/** No command of ours asks questions, so it cannot ask for a passphrase. */
export function keyLocked(name: string): BlockPackError {
  return keyInvalid(
    name,
    'it is locked with a passphrase',
    'Copy it to a place that only you can read, take the passphrase off the copy (ssh-keygen -p -f COPY, or openssl pkey -in KEY -out COPY), sign, and remove the copy.',
  );
}
