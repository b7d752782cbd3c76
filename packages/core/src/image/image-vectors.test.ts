import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bytesOf } from '../bytes.ts';
import { decodeImportManifest } from '../import-manifest.ts';
import { MemoryBlobStore } from '../memory-blob-store.ts';
import { assembleImage } from './assemble-image.ts';
import { convertImage } from './convert-image.ts';
import type { ImageSettings } from './image-settings.ts';
import { encodeImportsLayer } from './imports-layer.ts';
import { parsePlatform } from './platform.ts';

interface ImageVector {
  readonly name: string;
  readonly platform: string;
  readonly created: string;
  readonly settings: Pick<ImageSettings, 'entrypoint' | 'cmd' | 'user' | 'workdir' | 'ports'> & {
    readonly labels?: Readonly<Record<string, string>>;
    readonly env?: Readonly<Record<string, string>>;
  };
  readonly annotations: Readonly<Record<string, string>>;
  readonly imports: Readonly<Record<string, readonly string[]>>;
  readonly importsLayer: { readonly digest: string; readonly diffId: string; readonly size: number };
  readonly config: string;
  readonly manifest: string;
  readonly native: string;
}

const read = (path: string) =>
  readFileSync(new URL(`../../../../docs/format/${path}`, import.meta.url), 'utf8');
const vectors: readonly ImageVector[] = JSON.parse(read('vectors/image.json'));

async function make(vector: ImageVector) {
  const imports = Object.entries(vector.imports).map(([name, lines]) => ({
    name,
    manifest: decodeImportManifest(`${lines.join('\n')}\n`, name),
  }));
  const importsLayer = await encodeImportsLayer(imports);
  const { labels = {}, env = {}, ...settings } = vector.settings;
  const { manifest, config } = assembleImage({
    base: undefined,
    platform: parsePlatform(vector.platform),
    imports,
    importsLayer,
    settings: { ...settings, labels: new Map(Object.entries(labels)), env: new Map(Object.entries(env)) },
    created: vector.created,
    annotations: vector.annotations,
  });
  const store = new MemoryBlobStore();
  for (const bytes of [importsLayer.bytes, manifest.bytes, config.bytes]) await store.write(bytesOf(bytes));
  const native = await convertImage(manifest.descriptor, 'native', store, vector.name);
  return { importsLayer, manifest, config, native };
}

/** Golden vectors are the law: one that has to change means a new version of its format. */
describe('the golden vectors of images', () => {
  it.each(vectors)('$name', async (vector) => {
    const { importsLayer, manifest, config, native } = await make(vector);
    const { bytes: _, ...layer } = importsLayer;
    expect(layer).toEqual(vector.importsLayer);
    expect(
      [config, manifest, { descriptor: native.root }].map(({ descriptor }) => descriptor.digest),
    ).toEqual([vector.config, vector.manifest, vector.native]);
  });

  it('are shown by the format page', async () => {
    const [first] = vectors;
    if (first === undefined) throw new Error('there are no vectors');
    const { manifest, native } = await make(first);
    const shown = [...read('image.md').matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, json = '']) =>
      JSON.parse(json),
    );
    const written = [manifest.bytes, native.documents[1]?.bytes].map((bytes) =>
      new TextDecoder().decode(bytes),
    );
    expect(shown.map((document) => JSON.stringify(document))).toEqual(written);
  });
});
