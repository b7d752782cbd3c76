import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bundleMarker, encodeBundle, encodeBundleIndex } from '../bundle/bundle-layout.ts';
import { readBundle } from '../bundle/read-bundle.ts';
import { bytesOf, concat, type RandomAccess, randomAccessOf } from '../bytes.ts';
import { writeCanonicalTar } from '../canonical-tar.ts';
import { digestHex, digestOf } from '../digest.ts';
import { BlockPackError } from '../error.ts';
import type { EncodedDocument } from '../image/encode-document.ts';
import { encodeSignatures, signedBytes } from './bundle-signature.ts';
import { keyOfSeed, signingKey, verifyKey } from './ed25519.ts';
import { checkSignedBundle } from './signed-bundle.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const blob = (text: string) => ({ digest: digestOf(utf8(text)), size: utf8(text).length });

function pair() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { signing: signingKey(privateKey), verify: verifyKey(publicKey) };
}
const mine = pair();
const theirs = pair();

/** A bundle that carries one layer, `content`. */
const layoutOf = (content: string) =>
  encodeBundle({
    version: 1,
    images: [{ mediaType: 'application/vnd.oci.image.manifest.v1+json', ...blob('image') }],
    documents: [blob('image').digest],
    layers: [
      { ...blob(content), origin: 'carried', mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' },
    ],
    groups: [],
  });

async function tarOf(
  content: string,
  signatures: readonly EncodedDocument[],
  index = encodeBundleIndex(
    layoutOf(content).artifact.descriptor,
    signatures.slice(-1).map(({ descriptor }) => descriptor),
  ),
): Promise<RandomAccess> {
  const { list, artifact } = layoutOf(content);
  const blobs = [list, artifact, ...signatures].map(({ bytes }) => bytes);
  const files = [...blobs, utf8(content)].map(
    (bytes) => [`blobs/sha256/${digestHex(digestOf(bytes))}`, bytes] as const,
  );
  const entries = new Map([...files, ['index.json', index], ['oci-layout', bundleMarker]] as const);
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeCanonicalTar(
    [...entries].map(([path, bytes]) => ({
      kind: 'file',
      path,
      size: bytes.length,
      executable: false,
      read: () => bytesOf(bytes),
    })),
  ))
    chunks.push(new Uint8Array(chunk));
  return randomAccessOf(concat(chunks));
}

const signed = (content: string, ...by: (typeof mine)[]) =>
  encodeSignatures(
    layoutOf(content).artifact.descriptor,
    by.map(({ signing }) => signing),
  );

const check = (bundle: RandomAccess, ...trusted: (typeof mine)[]) =>
  checkSignedBundle(
    bundle,
    trusted.map(({ verify }) => verify),
    'update.tar',
  );

describe('a bundle that is signed', () => {
  it('is taken with the public half of the key, and reads as it did without', async () => {
    const bundle = await tarOf('layer', signed('layer', mine));
    const { digest, key } = await check(bundle, mine);
    expect(key.fingerprint).toBe(mine.signing.fingerprint);
    expect((await readBundle(bundle, 'update.tar')).digest).toBe(digest);
    const { digest: unsigned } = await readBundle(await tarOf('layer', []), 'update.tar');
    expect(unsigned).toBe(digest);
  });

  it('by several is taken where any one of them is trusted, and is the same whoever signed first', async () => {
    const both = signed('layer', mine, theirs);
    expect(both).toEqual(signed('layer', theirs, mine, mine));
    const bundle = await tarOf('layer', both);
    for (const one of [mine, theirs]) await expect(check(bundle, pair(), one)).resolves.toMatchObject({});
  });

  it('is refused where nobody trusts the key', async () => {
    const bundle = await tarOf('layer', signed('layer', theirs));
    await expect(check(bundle, mine, pair())).rejects.toMatchObject({
      code: 'SIGNATURE_INVALID',
      exitCode: 4,
      message: expect.stringContaining(`it is signed by ${theirs.signing.fingerprint}, and only`),
    });
  });

  it('is refused when it was changed since', async () => {
    const bundle = await tarOf('another layer', signed('layer', mine));
    await expect(check(bundle, mine)).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    const [config, , manifest] = signed('another layer', mine);
    const [, signature] = signed('layer', mine);
    if (signature === undefined || manifest === undefined) throw new Error('nothing was signed');
    const text = new TextDecoder().decode(manifest.bytes);
    const moved = utf8(
      text.replace(signed('another layer', mine)[1]?.descriptor.digest ?? '', digestOf(signature.bytes)),
    );
    const forged = { bytes: moved, descriptor: { ...manifest.descriptor, digest: digestOf(moved) } };
    await expect(
      check(await tarOf('another layer', [config, signature, forged]), mine),
    ).rejects.toMatchObject({
      message: expect.stringContaining(`${mine.signing.fingerprint} is not over what it holds`),
    });
  });

  it('is refused when it is not signed at all', async () => {
    await expect(check(await tarOf('layer', []), mine)).rejects.toMatchObject({
      code: 'SIGNATURE_INVALID',
      message: 'update.tar cannot be trusted: it is not signed',
    });
  });

  it('is refused without a word of what it says of its keys, when that is no fingerprint', async () => {
    const { signing, verify } = pair();
    const liar = { signing: { ...signing, fingerprint: '\u001b[2Jtrust me' }, verify };
    const bundle = await tarOf('layer', signed('layer', liar));
    await expect(check(bundle, liar)).rejects.toMatchObject({
      message: 'update.tar cannot be trusted: it is not signed',
    });
  });

  it('is refused when it names two bundles', async () => {
    const { artifact } = layoutOf('layer');
    const signatures = signed('layer', mine);
    const index = encodeBundleIndex(artifact.descriptor, [
      artifact.descriptor,
      ...signatures.slice(-1).map((one) => one.descriptor),
    ]);
    await expect(check(await tarOf('layer', signatures, index), mine)).rejects.toMatchObject({
      message: expect.stringContaining('expected one bundle'),
    });
  });

  it('is not read beyond its index and its signatures', async () => {
    const bundle = await tarOf('a layer that nobody reads', signed('a layer that nobody reads', mine));
    let most = 0;
    const read = async (offset: number, length: number) => {
      const bytes = await bundle.read(offset, length);
      if (Buffer.from(bytes).includes('nobody reads')) most++;
      return bytes;
    };
    await check({ size: bundle.size, read }, mine);
    expect(most).toBe(0);
  });

  it('is either refused or still the same when any bit of it is another one', async () => {
    const whole = await tarOf('layer', signed('layer', mine));
    const { digest } = await check(whole, mine);
    const bytes = await whole.read(0, whole.size);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(7), fc.nat(bytes.length), async (at, bit, cut) => {
        const other = new Uint8Array(bytes);
        other[at] = (other[at] ?? 0) ^ (1 << bit);
        for (const one of [other, other.subarray(0, cut)])
          try {
            expect((await check(randomAccessOf(one), mine)).digest).toBe(digest);
          } catch (error) {
            if (!(error instanceof BlockPackError)) throw error;
            expect(error.family).toBe('format');
          }
      }),
    );
  });
});

it('what is signed never changes its form', () => {
  const key = signingKey(keyOfSeed(new Uint8Array(32).fill(1)));
  const bytes = signedBytes(digestOf(utf8('a bundle')));
  expect(new TextDecoder().decode(bytes)).toBe(
    'block-pack bundle signature v1\nsha256:cd98c950d629c66548537b4ecd68dab3e8cf59974ba6e40df5a1a7354b39db5f\n',
  );
  expect(Buffer.from(key.sign(bytes)).toString('base64')).toBe(
    'ceacHIl/c9GANG0Svpa5zGUyo8E4IPJsA2RcWGAsvaewvHddyJ8AAAC4kLfzBv7S68no7grd6WwrvEnviBlJDA==',
  );
});
