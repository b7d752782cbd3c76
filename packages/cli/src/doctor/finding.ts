/** Whether a finding reaches a block: surely, perhaps, or not at all, since the packer takes it away. */
export type Severity = 'differs' | 'may-differ' | 'scrubbed';

/** Something of an input that is not the same on every machine. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** Relative to the input; `.` for all of it. */
  readonly path: string;
  /** What was seen there. */
  readonly what: string;
  /** Why another machine has something else. */
  readonly why: string;
  /** The next step; absent where there is nothing to do. */
  readonly fix?: string;
}

interface Explanation {
  readonly severity: Severity;
  readonly why: string;
  readonly fix?: string;
}

const explanations = {
  PATH_LEAKED: {
    severity: 'differs',
    why: 'The path is one of this machine; built or installed in another directory, the file holds another one.',
    fix: 'Build it where the path is always the same (a container), or with relative paths (gcc and clang: -ffile-prefix-map; rustc: --remap-path-prefix).',
  },
  LINK_LEAVES: {
    severity: 'differs',
    why: 'What it leads to is no part of the input, and on another machine it is something else or nothing. It cannot be packed.',
    fix: 'Replace the link by what it leads to (cp -L), or let it lead to something inside the input by a relative path.',
  },
  NATIVE_BUILD: {
    severity: 'may-differ',
    why: 'It is no part of what was published: the compiler, its version and the libraries of the machine decide its bytes.',
    fix: 'Install a version that brings compiled files along (a prebuilt package, a manylinux wheel), or always build in the same container.',
  },
  JAR_TIMES: {
    severity: 'may-differ',
    why: 'Its entries have the times of the build that made it, so the same sources give another jar when they are built again.',
    fix: 'Maven: set the property project.build.outputTimestamp. Gradle: preserveFileTimestamps = false and reproducibleFileOrder = true for all AbstractArchiveTask.',
  },
  CONTENT_MODIFIED: {
    severity: 'may-differ',
    why: 'It is not what was published or installed, and nothing says that another machine changes it in the same way.',
    fix: 'Install it again; keep wanted changes as a patch that the installation applies.',
  },
  CONTENT_UNKNOWN: {
    severity: 'may-differ',
    why: 'What it installs may be downloaded or built for the machine, and nothing here tells what was published.',
    fix: 'Compare with the published packages: --npm-cache or --tarballs; or install without scripts.',
  },
  LOCK_MISSING: {
    severity: 'may-differ',
    why: 'Without a lock, each installation takes the versions that are newest on its day.',
    fix: 'Lock the versions and keep the lock under version control: npm install --package-lock-only, pnpm install, uv lock, poetry lock.',
  },
  LOCK_DISAGREES: {
    severity: 'may-differ',
    why: 'Another machine installs what the lock says.',
    fix: 'Install from the lock: npm ci, pnpm install --frozen-lockfile, uv sync --frozen; or lock again what is here.',
  },
  DIGEST_DISAGREES: {
    severity: 'may-differ',
    why: 'Another machine gets the jars that the bill of materials lists.',
    fix: 'Get them again from the repository, or make the bill of materials again.',
  },
  NAMES_FALL_TOGETHER: {
    severity: 'may-differ',
    why: 'macOS and Windows keep only one of the two when they check out, unpack or install them.',
    fix: 'Rename one of the two, or build on Linux only.',
  },
  MODES_UNKNOWN: {
    severity: 'differs',
    why: 'Windows keeps no executable bits.',
    fix: 'Pack wheels (pip download), or build on Linux.',
  },
  ALL_EXECUTABLE: {
    severity: 'may-differ',
    why: 'A file system without permissions (FAT, NTFS, some shared folders) shows all files as executable; others keep the bit of each.',
    fix: 'Build in a directory of a Linux file system.',
  },
  MANIFEST_REWRITTEN: {
    severity: 'differs',
    why: 'What npm 6 and older write into a package.json depends on the directory and on how the package was asked for.',
    fix: 'Install with npm 7 or newer.',
  },
  LEFT_OUT: { severity: 'scrubbed', why: 'It is in no block.' },
  MODES_SET: {
    severity: 'scrubbed',
    why: 'The umask and the installer decide them; in blocks, files have 644, or 755 with any executable bit.',
  },
  LINK_ABSOLUTE: {
    severity: 'scrubbed',
    why: 'It holds the path of this directory; in the block it is relative.',
  },
} as const satisfies Record<string, Explanation>;

export type FindingCode = keyof typeof explanations;

export const findingCodes = Object.keys(explanations) as readonly FindingCode[];

/** @param particular what this one has in place of the code's own explanation */
export function finding(
  code: FindingCode,
  path: string,
  what: string,
  particular: Partial<Explanation> = {},
): Finding {
  return { code, path, what, ...explanations[code], ...particular };
}

export function isFindingCode(code: string): code is FindingCode {
  return Object.hasOwn(explanations, code);
}
