import { mapOf } from '@block-pack/core';
import * as v from 'valibot';
import type { LockEvidence } from './lock-evidence.ts';
import { lockInvalid } from './lock-invalid.ts';
import { lockedFile, lockedPackage } from './locked-package.ts';

const section = v.optional(
  mapOf(v.object({ version: v.optional(v.string()), hashes: v.optional(v.array(v.string())) })),
);
const pipfileLock = v.object({ _meta: v.object({}), default: section, develop: section });

/** Lists hashes without file names. @throws EVIDENCE_INVALID when it is no JSON, or another document */
export function readPipfileLock(text: string, name: string): LockEvidence {
  const read = v.safeParse(pipfileLock, parsed(text, name));
  if (!read.success) throw lockInvalid(name, 'it is JSON, but no Pipfile.lock');
  const listed = [read.output.default, read.output.develop].flatMap((one) => Object.entries(one ?? {}));
  const packages = listed.map(([distribution, { version, hashes = [] }]) =>
    lockedPackage(
      { name: distribution, version: version?.replace(/^===?\s*/, '') },
      hashes.map((hash) => lockedFile(undefined, hash)),
    ),
  );
  return { source: 'Pipfile.lock', name, packages: packages.filter((one) => one !== undefined) };
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw lockInvalid(name, 'it is not JSON', cause);
  }
}
