import { BlockPackError } from '@block-pack/core';

export function lockInvalid(name: string, flaw: string, cause?: unknown): BlockPackError {
  return new BlockPackError('EVIDENCE_INVALID', `${name} cannot be used: ${flaw}`, {
    hint: 'Known are uv.lock, poetry.lock, pdm.lock, pylock.toml, Pipfile.lock and requirements with versions and hashes, as pip-compile --generate-hashes writes them. Lock again if it was cut off.',
    details: { path: name },
    ...(cause === undefined ? {} : { cause }),
  });
}
