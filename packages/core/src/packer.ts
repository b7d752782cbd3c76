import type { Block } from './block.ts';
import type { RandomAccess } from './bytes.ts';
import type { ImagePath } from './image-path.ts';
import type { Purl } from './purl.ts';
import type { FileEntry, InputDirectory, TreeEntry } from './tree.ts';

/** The bytes of an import before they are cut: one file as it is, or a tree whose paths are relative to the import's path. */
export type Content =
  | { readonly kind: 'file'; readonly file: FileEntry }
  | { readonly kind: 'tree'; readonly entries: readonly TreeEntry[] }
  | MadeTree;

/**
 * A tree that is made of other content by long work, such as compiled code. It is made when it is cut, and only where no earlier pack has
 * cut it; one that turns out to be empty becomes no import.
 */
export interface MadeTree {
  readonly kind: 'made';
  /** Another string whenever the entries may be others; absent when nothing cheap can tell, so that they are made at every pack. */
  readonly stamp?: string;
  /** Bytes that are read to make it, by which progress is told. */
  readonly size: number;
  /** Every path that it may fill. */
  readonly paths: readonly string[];
  /** In bytewise order of their paths. Each is read before the next is asked for, so that no more than one need be in memory. */
  make(): AsyncIterable<TreeEntry>;
}

/** Which bytes belong at which path of the image. It does not yet know what they are. */
export interface Placement {
  readonly path: ImagePath;
  readonly content: Content;
}

/** A placement whose block is cut and can be looked into. */
export interface Placed<P extends Placement = Placement> {
  readonly placement: P;
  readonly block: Block;
  readonly bytes: RandomAccess;
}

/** How sure an identity is: the very bytes are listed under it; two sources agree; or a name is all there is. */
export type Confidence = 'exact' | 'strong' | 'weak';

export interface Evidence {
  /** Where it comes from, such as `pom.properties`; also the value of `evidence=` in the import manifest. */
  readonly source: string;
  readonly confidence: Confidence;
  /** What was seen there, for people. */
  readonly detail: string;
}

/** Whether a block's content is what was published under its name. It says nothing about the import manifest, which depends on the input alone. */
export type Integrity =
  /** @property against what proves it, such as the lock's hash of the package's tarball */
  | { readonly state: 'verified'; readonly against: string }
  | { readonly state: 'modified'; readonly against: string; readonly changes: readonly FileChange[] }
  | { readonly state: 'unknown'; readonly reason: string };

/** A file of a block that is not as published. */
export interface FileChange {
  /** Relative to the block's root. */
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed';
}

/**
 * What a block is.
 * @see https://cyclonedx.org/docs/1.6/json/#components
 */
export interface Component {
  readonly purl: Purl;
  /** The application's own code, a dependency, or what belongs to neither: scripts, configuration, data. */
  readonly role: 'application' | 'dependency' | 'other';
  /** Strongest first; never empty. */
  readonly evidence: readonly Evidence[];
  /** Absent where the packer does not look for it. */
  readonly integrity?: Integrity;
  /** True for a package that runs something of its own when it is installed. */
  readonly hasInstallScript?: boolean;
  /** Whether the application itself asks for it, or others brought it; absent where nothing tells. */
  readonly relation?: 'direct' | 'transitive';
  /**
   * When the application needs it; absent where nothing tells.
   * @see https://maven.apache.org/guides/introduction/introduction-to-dependency-mechanism.html#dependency-scope
   */
  readonly scope?: DependencyScope;
  /** True where the application is said to work without it. */
  readonly isOptional?: true;
  /** What a build tool of this machine calls it, where the input does not tell: a finding, and never its name, which depends on the input alone. */
  readonly resolvedAs?: Purl;
}

export type DependencyScope = 'compile' | 'runtime' | 'system' | 'provided' | 'test';

/** Something the user should know although the pack goes on. */
export interface Warning {
  /** Upper-case words joined by `_`, for scripts. */
  readonly code: string;
  readonly message: string;
}

/**
 * What earlier packs of the same input learnt. Forgetting it all changes nothing but the time the next pack takes.
 * Facts are derived from a block's bytes alone, so they hold for its digest for ever.
 */
export interface PackMemory {
  blockOf(stamp: string): Block | undefined;
  remember(stamp: string, block: Block): void;
  fact(block: Block, name: string): unknown;
  learn(block: Block, name: string, value: unknown): void;
}

export interface PackContext {
  readonly memory: PackMemory;
  warn(warning: Warning): void;
  /**
   * Tells that a file or link of the input is in no placement, and why: what a tool left behind, or writes anew on every machine.
   * @param path relative to the input
   */
  leaveOut?(path: string, reason: string): void;
}

/** Names what lies in an input and says where it goes. It never digests, tars or compresses: that is done in one place for all. */
export interface Packer<P extends Placement = Placement> {
  /** `java`; also the name of the import manifest. */
  readonly ecosystem: string;
  /** Every file and link of the input, in exactly one placement or left out with a reason. */
  place(input: InputDirectory, context: PackContext): Promise<readonly P[]>;
  /**
   * A first look into a block as soon as it is cut, while the disk is busy with others; what it learns is in the memory when `identify` is
   * called. It may be left out.
   */
  look?(placed: Placed<P>, context: PackContext): Promise<void>;
  /** One component for each placement, in their order. */
  identify(placed: readonly Placed<P>[], context: PackContext): Promise<readonly Component[]>;
}
