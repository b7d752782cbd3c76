import {
  type BlobSource,
  type ContentDescriptor,
  checkSignal,
  type Descriptor,
  Measure,
  readDocument,
} from '@block-pack/core';
import type { VerificationRecord } from './verification.ts';

/** How an image is verified. */
export interface VerifyImageOptions {
  readonly signal: AbortSignal;
  /** @param bytes checked so far */
  onProgress(bytes: number): void;
}

/** Reads blobs, and holds them against their descriptors. */
export class BlobCheck {
  readonly blobs: BlobSource;
  readonly record: VerificationRecord;
  readonly options: VerifyImageOptions;

  constructor(blobs: BlobSource, record: VerificationRecord, options: VerifyImageOptions) {
    this.blobs = blobs;
    this.record = record;
    this.options = options;
  }

  /** @param name the image, for messages @throws BLOB_MISSING, DIGEST_MISMATCH, IMAGE_INVALID */
  async document(descriptor: ContentDescriptor, name: string): Promise<Uint8Array> {
    checkSignal(this.options.signal);
    const bytes = await readDocument(descriptor, this.blobs, name);
    this.record.read(descriptor.digest, bytes.length);
    return bytes;
  }

  /** A blob that nothing more is known of; one that was checked is not read again. */
  async blob(blob: ContentDescriptor): Promise<void> {
    if (!this.record.isNew(blob.digest)) return;
    await this.record.guarded(blob.digest, async () => {
      if (!(await this.isThere(blob))) return;
      const measure = new Measure();
      for await (const chunk of this.read(blob)) measure.add(chunk);
      this.measured(blob, { digest: measure.digest(), size: measure.size });
    });
  }

  measured({ digest }: ContentDescriptor, seen: Descriptor): void {
    this.record.read(digest, seen.size);
    this.options.onProgress(this.record.bytes);
    if (seen.digest !== digest)
      this.record.find({ digest, message: `is damaged: its bytes are ${seen.digest}` });
  }

  async isThere({ digest, size }: ContentDescriptor): Promise<boolean> {
    checkSignal(this.options.signal);
    const there = await this.blobs.has(digest);
    if (there && (await this.blobs.has(digest, size))) return true;
    const message = there ? `does not have the ${size} bytes that are said of it` : 'is missing';
    this.record.find({ digest, message });
    return false;
  }

  /** As a range, since a whole read ends with an error where we want to name all that is wrong. */
  read({ digest, size }: ContentDescriptor): ReturnType<BlobSource['read']> {
    return this.blobs.read(digest, { offset: 0, length: size });
  }
}
