/**
 * What kind of "no" an error is. Each family has one exit code, so that scripts can tell a wrong call from a wrong
 * input and a wrong input from a damaged store.
 */
export type ErrorFamily = 'usage' | 'input' | 'format' | 'missing' | 'interrupted';

export const exitCodes: Readonly<Record<ErrorFamily, number>> = {
  usage: 2,
  input: 3,
  format: 4,
  missing: 5,
  interrupted: 130,
};

/** The exit code of an error that is not a {@link BlockPackError}: a fault of ours. */
export const bugExitCode = 70;

/** The exit code of a command that did its work and found something: a limit passed, a difference, a damaged blob. */
export const findingsExitCode = 1;

const families = {
  // The call, the configuration, or the place where output should go.
  USAGE: 'usage',
  TARGET_NOT_EMPTY: 'usage',
  OUTPUT_REFUSED: 'usage',
  STORE_UNUSABLE: 'usage',
  DISK_FULL: 'usage',
  // What was given to be packed or read.
  INPUT_MISSING: 'input',
  INPUT_EMPTY: 'input',
  INPUT_UNREADABLE: 'input',
  INPUT_UNSUPPORTED: 'input',
  INPUT_CHANGED: 'input',
  NAME_UNSUPPORTED: 'input',
  LINK_ESCAPES: 'input',
  IMPORT_COLLISION: 'input',
  ARCHIVE_INVALID: 'input',
  ARCHIVE_ENCRYPTED: 'input',
  ARCHIVE_BOMB: 'input',
  EVIDENCE_INVALID: 'input',
  // Our own formats and digests.
  DIGEST_INVALID: 'format',
  DIGEST_MISMATCH: 'format',
  PATH_INVALID: 'format',
  PURL_INVALID: 'format',
  TAR_INVALID: 'format',
  MANIFEST_INVALID: 'format',
  IMAGE_INVALID: 'format',
  STORE_INVALID: 'format',
  BUNDLE_INVALID: 'format',
  SIGNATURE_INVALID: 'format',
  DELTA_INVALID: 'format',
  // A blob that something refers to.
  BLOB_MISSING: 'missing',
  INTERRUPTED: 'interrupted',
} as const satisfies Record<string, ErrorFamily>;

export type ErrorCode = keyof typeof families;

export interface ErrorFacts {
  /** The next step for the person who reads it, as a sentence. */
  readonly hint?: string;
  /** Paths, digests and numbers for scripts; the message already says them in words. */
  readonly details?: Readonly<Record<string, string | number | readonly string[]>>;
  readonly cause?: unknown;
}

/** The only error that block-pack throws on purpose: it says what was seen, where, what was expected and what to do next. */
export class BlockPackError extends Error {
  override readonly name = 'BlockPackError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, string | number | readonly string[]>>;

  constructor(code: ErrorCode, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.hint = facts.hint;
    this.details = facts.details ?? {};
  }

  get family(): ErrorFamily {
    return families[this.code];
  }

  get exitCode(): number {
    return exitCodes[this.family];
  }
}

/** All error codes with their families, for docs and tests. */
export const errorFamilies: Readonly<Record<ErrorCode, ErrorFamily>> = families;
