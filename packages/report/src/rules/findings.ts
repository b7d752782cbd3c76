import type { Package } from '../contents/package.ts';
import type { PackageChange } from '../difference/difference.ts';
import { count } from '../text/byte-size.ts';
import { licenseWord } from '../text/package-words.ts';

/** A dependency that is looked at: in an update, one that is not as it was. */
export interface SeenPackage {
  readonly package: Package;
  /** Undefined where nothing is compared. */
  readonly change?: PackageChange;
  /** All versions of it that are there. */
  readonly versions: readonly string[];
}

/** @returns what is found, as a sentence without its subject; undefined for nothing */
type Detector = (seen: SeenPackage) => string | undefined;

interface FindingDefinition {
  readonly title: string;
  /** True where there has to be something to compare with. */
  readonly isOfChanges?: boolean;
  readonly find: Detector;
}

const when = (condition: boolean | undefined, message: string) => (condition === true ? message : undefined);

/** What can be found about a dependency, by the names that `--fail-on` has for it. */
export const findingKinds = {
  modified: {
    title: 'Not as it was published',
    find({ package: { integrity } }) {
      if (integrity?.state !== 'modified') return undefined;
      const files = count(integrity.changes.length, 'other file');
      return `is not as it was published, by ${integrity.against}: ${files}`;
    },
  },
  unverified: {
    title: 'Nothing shows that it is as it was published',
    find: ({ package: { integrity } }) =>
      when((integrity?.state ?? 'unknown') === 'unknown', 'is not shown to be as it was published'),
  },
  unidentified: {
    title: 'Not identified',
    find: ({ package: { isIdentified } }) => when(!isIdentified, 'is not identified'),
  },
  'not-looked-into': {
    title: 'What is inside is not known',
    find: ({ package: { facts } }) =>
      when(facts === undefined, 'was not looked into, since its block is not here'),
  },
  'install-script': {
    title: 'Runs a script when it is installed',
    find: ({ package: { hasInstallScript } }) => when(hasInstallScript, 'runs a script when it is installed'),
  },
  'native-code': {
    title: 'Has native code',
    find({ package: { facts } }) {
      const [first, ...more] = facts?.nativeCode ?? [];
      if (first === undefined) return undefined;
      return `has native code: ${first}${more.length === 0 ? '' : ` and ${more.length} more`}`;
    },
  },
  duplicate: {
    title: 'In several versions',
    find: ({ versions }) =>
      when(versions.length > 1, `is there ${versions.length} times: ${versions.join(', ')}`),
  },
  new: {
    title: 'New',
    isOfChanges: true,
    find: ({ change }) => when(change?.kind === 'new', 'is new'),
  },
  major: {
    title: 'A new major version',
    isOfChanges: true,
    find: ({ change }) => when(change?.step === 'major', `is a new major version: ${stepText(change)}`),
  },
  downgrade: {
    title: 'An older version than before',
    isOfChanges: true,
    find: ({ change }) =>
      when(change?.step === 'downgrade', `is an older version than before: ${stepText(change)}`),
  },
  'same-version': {
    title: 'Other content under the same version',
    isOfChanges: true,
    find: ({ change }) =>
      when(change?.kind === 'changed' && change.step === 'same', 'has other content under the same version'),
  },
  'license-change': {
    title: 'Another licence than before',
    isOfChanges: true,
    find({ change }) {
      const [before, after] = [change?.before, change?.after].map((one) => one && licenseWord(one));
      return when(!!before && !!after && before !== after, `has the licence ${after}, and had ${before}`);
    },
  },
} as const satisfies Readonly<Record<string, FindingDefinition>>;

export type FindingKind = keyof typeof findingKinds;

export const findingNames = Object.keys(findingKinds) as readonly FindingKind[];

export function findingKind(name: FindingKind): FindingDefinition {
  return findingKinds[name];
}

function stepText(change: PackageChange | undefined): string {
  return `${change?.before?.version ?? ''} -> ${change?.after?.version ?? ''}`;
}
