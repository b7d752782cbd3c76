import type { TreeEntry } from '@block-pack/core';
import { readHeaders } from './own-identity.ts';

/** @see https://docs.spring.io/spring-boot/specification/executable-jar/index.html */
export const loaderFolder = 'org/springframework/boot/loader';

export async function readLoader(
  entries: readonly TreeEntry[],
): Promise<{ readonly artifact: string; readonly version: string | undefined }> {
  const version = (await readHeaders(entries)).get('spring-boot-version');
  return {
    artifact: isClassic(entries, version) ? 'spring-boot-loader-classic' : 'spring-boot-loader',
    version,
  };
}

/** Spring Boot 3.2 rewrote its loader upon a zip reader of its own, and keeps the earlier one under another name. */
function isClassic(entries: readonly TreeEntry[], version: string | undefined): boolean {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  const canBe = major > 3 || (major === 3 && minor >= 2);
  return canBe && !entries.some(({ path }) => path.startsWith(`${loaderFolder}/zip/`));
}
