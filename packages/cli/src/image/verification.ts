import { BlockPackError, type Digest } from '@block-pack/core';

/** Something in an image that is not as the image says. */
export interface ImageFinding {
  /** The blob that is wrong, or wrongly described. */
  readonly digest: Digest;
  /** The import manifest that describes it, as in `/.import.java`. */
  readonly imports?: string;
  /** The import. */
  readonly path?: string;
  readonly message: string;
}

/**
 * What is no fault of the image, and still to be known: what could not be checked here, layers that another tool has packed anew, and imports that a later layer with imports of its
 * own takes the place of.
 */
export interface ImageNote extends ImageFinding {
  readonly kind: 'unchecked' | 'repacked' | 'replaced';
}

/** What was checked, each blob once, and what was found. */
export interface ImageVerification {
  readonly images: number;
  readonly blobs: number;
  readonly bytes: number;
  /** Layers that were held against their import manifests. */
  readonly derivedLayers: number;
  readonly findings: readonly ImageFinding[];
  readonly notes: readonly ImageNote[];
}

/** A verification under way: what it came upon so far. */
export class VerificationRecord {
  readonly #findings: ImageFinding[] = [];
  readonly #notes: ImageNote[] = [];
  readonly #sizes = new Map<Digest, number>();
  /** What was checked already, together with what it was held against. */
  readonly #checked = new Set<string>();
  images = 0;
  derivedLayers = 0;

  result(): ImageVerification {
    return {
      images: this.images,
      blobs: this.#sizes.size,
      bytes: this.bytes,
      derivedLayers: this.derivedLayers,
      findings: this.#findings,
      notes: this.#notes,
    };
  }

  /** Of everything that was checked. */
  get bytes(): number {
    return [...this.#sizes.values()].reduce((sum, size) => sum + size, 0);
  }

  get faults(): number {
    return this.#findings.length;
  }

  /** False from the second time on. */
  isNew(what: string): boolean {
    const before = this.#checked.size;
    return this.#checked.add(what).size > before;
  }

  read(digest: Digest, size: number): void {
    this.#sizes.set(digest, size);
  }

  find(finding: ImageFinding): void {
    this.#findings.push(finding);
  }

  note(note: ImageNote): void {
    this.#notes.push(note);
  }

  /** Makes a finding of an error that is the image's; any other one is thrown. */
  async guarded(digest: Digest, check: () => Promise<void>): Promise<void> {
    try {
      await check();
    } catch (error) {
      this.find({ digest, message: reasonOf(error) });
    }
  }
}

const findable = new Set(['format', 'input', 'missing']);

/** What is wrong with the image, why, and where it can only not be checked here, the way out. Any other error is not the image's. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof BlockPackError && findable.has(error.family))) throw error;
  const { code, message, cause, hint } = error;
  if (code === 'INPUT_UNSUPPORTED' && hint !== undefined) return `${message}. ${hint}`;
  return cause instanceof BlockPackError ? `${message}, because ${cause.message}` : message;
}
