import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Workplace } from './workplace.ts';

interface Described {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform: { readonly os: string; readonly architecture: string };
}

/** The documents of an image, as far as tests look at them. */
interface Documents {
  readonly layers: readonly Described[];
  readonly blocks: readonly Described[];
  readonly manifests: readonly Described[];
  readonly config: Described;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An image layout that a test looks into. */
export class Layout {
  readonly #work: Workplace;
  readonly #directory: string;

  constructor(work: Workplace, directory: string) {
    this.#work = work;
    this.#directory = directory;
  }

  /** What stands under a tag: the descriptor's digest, and the document; with the config where it is a manifest. */
  published(tag = 'latest') {
    const { manifests } = JSON.parse(this.#work.read(`${this.#directory}/index.json`));
    const named = (one: { annotations?: Record<string, string> }) =>
      one.annotations?.['org.opencontainers.image.ref.name'] === tag;
    const { digest }: Described = manifests.find(named);
    const document = this.document(digest);
    const config =
      document.config === undefined ? undefined : JSON.parse(this.bytes(document.config.digest).toString());
    return { digest, document, config };
  }

  document(digest: string): Documents {
    return JSON.parse(this.bytes(digest).toString());
  }

  bytes(digest: string): Buffer {
    return readFileSync(this.#work.path(this.#directory, 'blobs/sha256', digest.slice('sha256:'.length)));
  }

  /** Digests of the layers under a tag. The last holds the import manifests. */
  layers(tag?: string): string[] {
    return this.published(tag).document.layers.map(({ digest }) => digest);
  }

  /** The tar of a layer. */
  tar(digest: string): Buffer {
    return gunzipSync(this.bytes(digest));
  }

  /** Types and names of a layer's entries, such as `5app/`. */
  entries(digest: string): string[] {
    const tar = this.tar(digest);
    const entries: string[] = [];
    for (let at = 0; at < tar.length && tar[at] !== 0; ) {
      const size = Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8);
      const name = tar.toString('latin1', at, at + 100).replace(/\0.*/, '');
      entries.push(`${tar.toString('latin1', at + 156, at + 157)}${name}`);
      at += 512 + Math.ceil(size / 512) * 512;
    }
    return entries;
  }
}
