import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The digest of the image that a layout has under a tag. */
export function digestIn(layout, tag) {
  const { manifests } = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8'));
  return manifests.find(({ annotations }) => annotations?.['org.opencontainers.image.ref.name'] === tag)
    .digest;
}
