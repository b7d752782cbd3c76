import { describe, expect, it } from 'vitest';
import { bytesOf, collect } from './bytes.ts';
import { digestHex, digestOf, isDigest, Measure, parseDigest, verified } from './digest.ts';
import { BlockPackError, errorFamilies, exitCodes } from './error.ts';

const abc = new TextEncoder().encode('abc');
const digestOfAbc = 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

describe('a digest', () => {
  it('is the sha256 of the bytes, in the spelling of OCI', () => {
    expect(digestOf(abc)).toBe(digestOfAbc);
    expect(digestHex(digestOf(abc))).toHaveLength(64);
    expect(parseDigest(digestOfAbc)).toBe(digestOfAbc);
  });

  it.each([
    '',
    'sha256:',
    digestOfAbc.toUpperCase(),
    `${digestOfAbc}0`,
    `${digestOfAbc}\n`,
    digestOfAbc.slice(7),
    `sha1:${'0'.repeat(40)}`,
  ])('is not %j', (text) => {
    expect(isDigest(text)).toBe(false);
    expect(() => parseDigest(text)).toThrow(expect.objectContaining({ code: 'DIGEST_INVALID' }));
  });

  it('is measured as bytes pass, in whatever pieces', () => {
    const measure = new Measure().add(abc.subarray(0, 1)).add(abc.subarray(1));
    expect([measure.size, measure.digest()]).toEqual([3, digestOfAbc]);
  });

  it('is checked at the end of a stream', async () => {
    const right = verified(bytesOf(abc), parseDigest(digestOfAbc), 'the blob');
    expect(await collect(right, 10, 'x')).toEqual(abc);
    const wrong = verified(bytesOf(abc, abc), parseDigest(digestOfAbc), 'the blob');
    await expect(collect(wrong, 10, 'x')).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
      message: /the blob is damaged/,
    });
  });
});

describe('an error', () => {
  it('has the exit code of its family', () => {
    expect(new BlockPackError('BLOB_MISSING', 'x').exitCode).toBe(5);
    for (const family of Object.values(errorFamilies)) expect(exitCodes[family]).toBeGreaterThan(1);
  });

  it('keeps its cause', () => {
    const cause = new Error('ENOSPC');
    expect(new BlockPackError('DISK_FULL', 'x', { cause }).cause).toBe(cause);
  });
});
