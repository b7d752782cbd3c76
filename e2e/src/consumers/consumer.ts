import type { Running } from '../block-pack.ts';

/** A runtime that knows images and not block-pack, private to a test: its own socket, folders and images. */
export interface Consumer {
  readonly name: 'podman' | 'containerd' | 'docker';
  /** From a registry without TLS. */
  pull(reference: string): void;
  /** From a tar file. */
  load(file: string): void;
  /** Into a tar file, as it saves by itself or as its own options say. */
  save(reference: string, file: string, options: readonly string[]): void;
  /** The digest of the manifest that was pulled or loaded; undefined where the runtime does not keep it. */
  digest(reference: string): string | undefined;
  /** Runs a command in the image to its end, without a network; its stdout. */
  run(reference: string, command: readonly string[]): string;
  /** Starts what the image itself says, with the network of this machine. */
  start(reference: string): RunningContainer;
  stop(): Promise<void>;
}

export interface RunningContainer extends Running {
  stop(): Promise<void>;
}
