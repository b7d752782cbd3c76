import { type ContentDescriptor, digestHex, imageDocumentKind } from '@block-pack/core';

/**
 * Cosign tells the entries of a layout apart by an annotation `kind`, and not by their tags: of each kind it takes the first.
 * @see https://github.com/sigstore/cosign/blob/main/pkg/oci/layout/index.go
 */
const kindKey = 'kind';
const imageKind = 'dev.cosignproject.cosign/image';
const indexKind = 'dev.cosignproject.cosign/imageIndex';

/** What `cosign save` calls what it writes beside an image, and what it puts behind a tag in a registry. */
const ends: ReadonlyMap<string, string> = new Map([
  ['dev.cosignproject.cosign/sigs', 'sig'],
  ['dev.cosignproject.cosign/atts', 'att'],
  ['dev.cosignproject.cosign/sboms', 'sbom'],
]);

type Described = Pick<ContentDescriptor, 'annotations'>;

function kindOf({ annotations }: Described): string {
  return annotations?.[kindKey] ?? '';
}

export function isSavedImage(descriptor: Described): boolean {
  return [imageKind, indexKind].includes(kindOf(descriptor));
}

/** The end of the tag that something which was saved beside an image has in a registry; undefined for anything else. */
export function savedEnd(descriptor: Described): string | undefined {
  return ends.get(kindOf(descriptor));
}

/**
 * Marks an image and what speaks of it by its tag as `cosign save` does, so that `cosign verify --local-image` finds them. Where several images are spoken of, none is marked:
 * cosign could take the signature of one for that of another.
 */
export function withCosignKinds<T extends { readonly root: ContentDescriptor; readonly name?: string }>(
  entries: readonly T[],
): readonly T[] {
  const companions = new Map<T, string>();
  const images = new Set<T>();
  for (const image of entries) {
    for (const [kind, end] of ends) {
      const tag = `sha256-${digestHex(image.root.digest)}.${end}`;
      for (const one of entries.filter(({ name }) => name === tag)) {
        companions.set(one, kind);
        images.add(image);
      }
    }
  }
  if (images.size !== 1) return entries;
  return entries.map((entry) => {
    const kind = images.has(entry) ? kindOfImage(entry.root) : companions.get(entry);
    return kind === undefined ? entry : { ...entry, root: marked(entry.root, kind) };
  });
}

function kindOfImage({ mediaType }: ContentDescriptor): string {
  return imageDocumentKind(mediaType) === 'index' ? indexKind : imageKind;
}

function marked(root: ContentDescriptor, kind: string): ContentDescriptor {
  return { ...root, annotations: { ...root.annotations, [kindKey]: kind } };
}

/** Entries of an index beside which others are written: where those have kinds of cosign, these lose them, since cosign would go on taking the first. */
export function withoutOldKinds<T extends Described>(
  old: readonly T[],
  written: readonly Described[],
): readonly T[] {
  if (!written.some(isMarked)) return old;
  return old.map((entry) => {
    if (!isMarked(entry)) return entry;
    const { [kindKey]: _, ...annotations } = entry.annotations ?? {};
    return { ...entry, annotations };
  });
}

function isMarked(entry: Described): boolean {
  return isSavedImage(entry) || savedEnd(entry) !== undefined;
}
