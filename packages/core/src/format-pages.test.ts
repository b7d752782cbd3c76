import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodeBundle, parseBundleDocument } from './bundle/index.ts';
import { parseDigest } from './digest.ts';
import { parseImagePath } from './image-path.ts';
import { decodeImportManifest, encodeImportManifest } from './import-manifest.ts';
import { blockMediaTypes, encodeImportsArtifact } from './imports-artifact.ts';
import { layerRecipe } from './layer/index.ts';

function page(name: string): string {
  return readFileSync(new URL(`../../../docs/format/${name}`, import.meta.url), 'utf8');
}

function example(text: string, language: string): string {
  const found = new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'm').exec(text)?.[1];
  if (found === undefined) throw new Error(`the page has no ${language} example`);
  return found;
}

describe('the format pages', () => {
  it('show an import manifest as it is written', () => {
    const text = example(page('import-manifest.md'), 'import-manifest');
    expect(encodeImportManifest(decodeImportManifest(text, 'the page'))).toBe(text);
  });

  it("show a layer's recipe as it is written, and as the golden vectors have it", () => {
    const text = example(page('layer.md'), 'import-manifest');
    const manifest = decodeImportManifest(text, 'the page');
    expect(layerRecipe(manifest)).toBeDefined();
    expect(encodeImportManifest(manifest)).toBe(text);
    for (const line of text.trimEnd().split('\n'))
      expect(page('vectors/layer.json')).toContain(JSON.stringify(line));
  });

  it('show an imports artifact with the fields that are written, in their order', () => {
    const shown = JSON.parse(example(page('imports-artifact.md'), 'json'));
    const [manifest, block] = shown.layers;
    const written = encodeImportsArtifact(manifest, 'java', [
      {
        path: parseImagePath('/app/lib/asm-9.7.jar'),
        digest: parseDigest(block.digest),
        attributes: new Map([['size', String(block.size)]]),
      },
    ]);
    expect(JSON.stringify(shown)).toBe(new TextDecoder().decode(written));
  });

  it('show the list of a bundle with its fields in their order', () => {
    const shown = JSON.stringify(JSON.parse(example(page('bundle.md'), 'json')));
    const list = parseBundleDocument(new TextEncoder().encode(shown), 'the page');
    expect(brotliDecompressSync(encodeBundle(list).list.bytes).toString()).toBe(shown);
  });

  it('name the media types of blocks', () => {
    for (const mediaType of Object.values(blockMediaTypes))
      expect(page('block.md')).toContain(`\`${mediaType}\``);
  });
});
