/** What is found by looking into a block; it depends on nothing but the block's bytes, so it holds for the digest for ever. */
export interface BlockFacts {
  /** As the package declares them, in its order; empty where it declares none. */
  readonly licenses: readonly DeclaredLicense[];
  /** Runs something of its own when it is installed. Undefined where packages of its ecosystem cannot, or not when they are installed from a block's form. */
  readonly hasInstallScript?: boolean;
  /** Files of machine code, by their paths inside; those within an inner archive are not looked for. */
  readonly nativeCode: readonly string[];
  /** What is inside: a jar's entries, a tree's files; sorted by path. Undefined for a block that is one plain file. */
  readonly entries?: readonly InnerEntry[];
}

export interface DeclaredLicense {
  /** What stands there: a name, an SPDX expression, an address. */
  readonly text: string;
  /** The SPDX expression that it is or is known to mean; never a guess. */
  readonly spdx?: string;
}

/** A file inside a block. */
export interface InnerEntry {
  readonly path: string;
  /** Bytes, unpacked. */
  readonly size: number;
  /** Equal for equal content, and of no other use: a checksum or a digest, whichever is cheap to come by. */
  readonly mark: string;
}
