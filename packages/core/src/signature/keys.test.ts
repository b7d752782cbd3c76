import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat } from '../bytes.ts';
import { BlockPackError } from '../error.ts';
import { keyOfSeed, rawPublicKey, signingKey, verifyKey } from './ed25519.ts';
import { parsePrivateKey } from './private-key.ts';
import { parsePublicKey } from './public-key.ts';
import { encodeSshFields } from './ssh-fields.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

/** The first three of https://www.rfc-editor.org/rfc/rfc8032#section-7.1 */
const vectors = [
  {
    secret: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    publicKey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    message: '',
    signature:
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    secret: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
  {
    secret: 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    publicKey: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    message: 'af82',
    signature:
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  },
] as const;

const [{ secret, publicKey }] = vectors;
const seed = hex(secret);
const half = hex(publicKey);
const key = keyOfSeed(seed);

interface OpenSshParts {
  readonly cipher?: string;
  readonly keys?: number;
  readonly type?: string;
  readonly secret?: Uint8Array;
  readonly outside?: Uint8Array;
  readonly check?: number;
  readonly padding?: readonly number[];
  readonly behind?: Uint8Array;
}

function number(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** A private key file of OpenSSH, whole where nothing is said. */
function openSsh(parts: OpenSshParts = {}): Uint8Array {
  const { cipher = 'none', keys = 1, type = 'ssh-ed25519', check = 7, padding = [1, 2, 3, 4, 5] } = parts;
  const inside = concat([
    number(7),
    number(check),
    encodeSshFields(utf8(type), half, parts.secret ?? concat([seed, half]), utf8('me@build')),
    Uint8Array.from(padding),
  ]);
  return concat([
    utf8('openssh-key-v1\0'),
    encodeSshFields(utf8(cipher), utf8('none'), new Uint8Array()),
    number(keys),
    encodeSshFields(encodeSshFields(utf8(type), parts.outside ?? half), inside),
    parts.behind ?? new Uint8Array(),
  ]);
}

function pem(label: string, bytes: Uint8Array, newline = '\n'): Uint8Array {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,70}/g) ?? [];
  return utf8([`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join(newline));
}

const openSshFile = (parts?: OpenSshParts) => pem('OPENSSH PRIVATE KEY', openSsh(parts));
const pkcs8 = (one: KeyObject) => utf8(one.export({ type: 'pkcs8', format: 'pem' }).toString());
const spki = (one: KeyObject) => utf8(one.export({ type: 'spki', format: 'pem' }).toString());
const line = (fields: Uint8Array, type = 'ssh-ed25519') =>
  utf8(`${type} ${Buffer.from(fields).toString('base64')} me@build\n`);
const publicLine = line(encodeSshFields(utf8('ssh-ed25519'), half));

function flaw(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof BlockPackError && error.code === 'INPUT_UNSUPPORTED') {
      expect(error.message).toContain('the key');
      expect(error.hint).toBeTruthy();
      return `${error.message} ${error.hint}`;
    }
    throw error;
  }
  return 'it was taken';
}
const privateFlaw = (bytes: Uint8Array) => flaw(() => parsePrivateKey(bytes, 'the key'));
const publicFlaw = (bytes: Uint8Array) => flaw(() => parsePublicKey(bytes, 'the key'));

describe('a signature', () => {
  it.each(vectors)('of $message is the one that RFC 8032 gives', (vector) => {
    const one = keyOfSeed(hex(vector.secret));
    const message = hex(vector.message);
    expect(Buffer.from(signingKey(one).sign(message)).toString('hex')).toBe(vector.signature);
    const found = parsePublicKey(line(encodeSshFields(utf8('ssh-ed25519'), hex(vector.publicKey))), 'it');
    expect(found.verify(message, hex(vector.signature))).toBe(true);
  });

  it('of other bytes, of another key, or cut short does not hold', () => {
    const mine = parsePublicKey(publicLine, 'it');
    const signature = signingKey(key).sign(utf8('bundle'));
    expect(mine.verify(utf8('bundle'), signature)).toBe(true);
    expect(mine.verify(utf8('bundlf'), signature)).toBe(false);
    expect(mine.verify(utf8('bundle'), signature.subarray(1))).toBe(false);
    expect(mine.verify(utf8('bundle'), new Uint8Array(64))).toBe(false);
    const other = verifyKey(generateKeyPairSync('ed25519').publicKey);
    expect(other.verify(utf8('bundle'), signature)).toBe(false);
  });
});

describe('a key', () => {
  it('is the same in every form, with the fingerprint that ssh-keygen shows', () => {
    const privates = [pkcs8(key), openSshFile(), pem('OPENSSH PRIVATE KEY', openSsh(), '\r\n')];
    const publics = [
      publicLine,
      spki(createPublicKey(key)),
      utf8(new TextDecoder().decode(publicLine).trim()),
    ];
    const fingerprints = [
      ...privates.map((bytes) => parsePrivateKey(bytes, 'it').fingerprint),
      ...publics.map((bytes) => parsePublicKey(bytes, 'it').fingerprint),
    ];
    expect(new Set(fingerprints)).toEqual(new Set(['SHA256:bbXpuKG6zhzdmnxq256TlqzFBzRl2f6OOg722cYNbU8']));
  });

  it('that was just made signs what its public half verifies', () => {
    const pair = generateKeyPairSync('ed25519');
    const signature = parsePrivateKey(pkcs8(pair.privateKey), 'it').sign(utf8('x'));
    expect(parsePublicKey(spki(pair.publicKey), 'it').verify(utf8('x'), signature)).toBe(true);
  });
});

describe('a private key that cannot be used', () => {
  it('is locked with a passphrase, and the way out is said', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const locked = privateKey.export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'x',
    });
    expect(privateFlaw(utf8(locked.toString()))).toMatch(/passphrase.*openssl pkey/);
    expect(privateFlaw(openSshFile({ cipher: 'aes256-ctr' }))).toMatch(/passphrase.*ssh-keygen -p/);
  });

  it('is of another type', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(privateFlaw(pkcs8(rsa.privateKey))).toContain('its type is rsa');
    expect(privateFlaw(pkcs8(curve.privateKey))).toContain('its type is ec');
    const old = rsa.privateKey.export({ type: 'pkcs1', format: 'pem' });
    expect(privateFlaw(utf8(old.toString()))).toContain('RSA PRIVATE KEY');
    expect(privateFlaw(openSshFile({ type: 'ssh-rsa' }))).toContain('its type is "ssh-rsa"');
    expect(publicFlaw(spki(rsa.publicKey))).toContain('its type is rsa');
    expect(publicFlaw(line(encodeSshFields(utf8('ssh-rsa'), half), 'ssh-rsa'))).toContain('"ssh-rsa"');
  });

  it('is the other half of the pair', () => {
    expect(privateFlaw(spki(createPublicKey(key)))).toContain('it is a public key');
    expect(privateFlaw(publicLine)).toContain('it is not PEM');
    expect(publicFlaw(pkcs8(key))).toContain('"PRIVATE KEY"');
    expect(publicFlaw(openSshFile())).toContain('"OPENSSH PRIVATE KEY"');
  });

  it('says two things, or holds more than one key', () => {
    const other = generateKeyPairSync('ed25519');
    const otherHalf = rawPublicKey(other.publicKey);
    expect(privateFlaw(openSshFile({ outside: otherHalf }))).toContain('belongs to another');
    expect(privateFlaw(openSshFile({ secret: concat([seed, otherHalf]) }))).toContain('belongs to another');
    expect(privateFlaw(openSshFile({ secret: seed }))).toContain('32 bytes, expected 64');
    expect(privateFlaw(openSshFile({ check: 8 }))).toContain('check numbers');
    expect(privateFlaw(openSshFile({ padding: [1, 2, 4] }))).toContain('padding');
    expect(privateFlaw(openSshFile({ keys: 2 }))).toContain('it holds 2 keys');
    expect(privateFlaw(openSshFile({ behind: utf8('x') }))).toContain('something stands behind');
    expect(privateFlaw(concat([pkcs8(key), pkcs8(key)]))).toContain('more than one thing');
    expect(publicFlaw(concat([publicLine, publicLine]))).toContain('more than one line');
  });

  it('lies about its lengths', () => {
    const whole = openSsh();
    for (let at = 15; at + 4 <= whole.length; at++) {
      const bytes = new Uint8Array(whole);
      bytes.set([0xff, 0xff, 0xff, 0xff], at);
      const seen = privateFlaw(pem('OPENSSH PRIVATE KEY', bytes));
      // The comment alone may be any bytes.
      if (seen === 'it was taken') expect(Buffer.from(whole).indexOf('me@build')).toBeLessThanOrEqual(at);
    }
    const fields = encodeSshFields(utf8('ssh-ed25519'), half);
    fields.set([0x7f, 0xff, 0xff, 0xff], 15);
    expect(publicFlaw(line(fields))).toContain('ends too early');
  });

  it('is cut short anywhere', () => {
    const whole = openSsh();
    for (let length = 0; length < whole.length - 5; length++)
      expect(privateFlaw(pem('OPENSSH PRIVATE KEY', whole.subarray(0, length)))).not.toBe('it was taken');
    for (const text of [pkcs8(key), openSshFile()])
      for (let length = 0; length < text.length - 1; length++)
        expect(privateFlaw(text.subarray(0, length))).not.toBe('it was taken');
    const end = new TextDecoder().decode(publicLine).lastIndexOf(' ');
    for (let length = 0; length < end; length++)
      expect(publicFlaw(publicLine.subarray(0, length))).not.toBe('it was taken');
  });

  it('is anything else, of any size', () => {
    expect(privateFlaw(new Uint8Array(1 << 20))).toContain('1048576 bytes');
    expect(publicFlaw(hex('fffe00'))).toContain('not text');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(privateFlaw(bytes)).not.toBe('it was taken');
        expect(publicFlaw(bytes)).not.toBe('it was taken');
        for (const label of ['PRIVATE KEY', 'OPENSSH PRIVATE KEY', 'PUBLIC KEY']) {
          expect(privateFlaw(pem(label, bytes))).not.toBe('it was taken');
          expect(publicFlaw(pem(label, bytes))).not.toBe('it was taken');
        }
        expect(publicFlaw(line(bytes))).not.toBe('it was taken');
      }),
    );
  });
});
