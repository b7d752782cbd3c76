import { createHash } from 'node:crypto';
import { jsonText } from '../bill/bill.ts';
import type { ManifestLocation, Package } from '../contents/package.ts';
import type { Renderer } from '../document/renderer.ts';
import type { ReviewDocument } from '../document/report-document.ts';
import { reviewed } from '../document/reviewed.ts';
import { printable } from '../text/table.ts';
import { type FindingKind, findingKind } from './findings.ts';
import { ruleTitle } from './rule-names.ts';
import type { RuleName } from './rules.ts';
import { seenPackages } from './seen-packages.ts';

/**
 * What a reviewer should look at, in SARIF 2.1.0, for viewers that show findings beside the lines of the import manifest. What breaks a rule is an
 * error; what is always worth a look is a warning or a note.
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export const renderSarif: Renderer = (document) => {
  const results = resultsOf(reviewed(document));
  const rules = [...new Set(results.map(({ rule }) => rule))].sort();
  const run = {
    tool: {
      driver: {
        name: 'block-pack',
        rules: rules.map((id) => ({ id, shortDescription: { text: ruleTitle(id) } })),
      },
    },
    automationDetails: { id: `block-pack/${document.kind}/` },
    columnKind: 'utf16CodeUnits',
    results: results.map((one) => resultFields(one, rules.indexOf(one.rule))),
  };
  const $schema =
    'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
  return jsonText({ $schema, version: '2.1.0', runs: [run] });
};

interface Result {
  readonly rule: RuleName;
  readonly level: 'error' | 'warning' | 'note';
  readonly package?: Package;
  readonly message: string;
  /** Why it is accepted, where it is. */
  readonly reason?: string;
}

/** What is worth a look even where nobody made a rule of it. */
const alwaysTold: readonly (readonly [kind: FindingKind, level: 'warning' | 'note'])[] = [
  ['modified', 'warning'],
  ['same-version', 'warning'],
  ['downgrade', 'note'],
  ['license-change', 'note'],
  ['unidentified', 'note'],
];

function resultsOf(document: ReviewDocument): readonly Result[] {
  const { violations = [], accepted = [] } = document.judgement ?? {};
  const judged = [...violations, ...accepted].map((one): Result => ({ ...one, level: 'error' }));
  const ruled = new Set(judged.map(({ rule }) => rule));
  const seen = seenPackages(document).filter((one) => one.package.role === 'dependency');
  const told = alwaysTold.flatMap(([rule, level]) =>
    // Where it is a rule, all that there is of it is judged.
    ruled.has(rule)
      ? []
      : seen.flatMap((one) => resultOf(rule, level, one.package, findingKind(rule).find(one))),
  );
  return [...judged, ...told];
}

function resultOf(
  rule: RuleName,
  level: Result['level'],
  one: Package,
  message: string | undefined,
): readonly Result[] {
  return message === undefined ? [] : [{ rule, level, package: one, message }];
}

function resultFields({ rule, level, message, reason, package: one }: Result, ruleIndex: number): object {
  const subject = one === undefined ? '' : `${one.name} ${one.version ?? ''}`.trimEnd();
  return {
    ruleId: rule,
    ruleIndex,
    level,
    message: { text: printable(subject === '' ? `The update ${message}` : `${subject} ${message}`) },
    ...(one === undefined ? {} : { locations: [location(one)] }),
    partialFingerprints: { 'blockPack/v1': fingerprint(rule, one) },
    ...(reason === undefined ? {} : { suppressions: [{ kind: 'external', justification: reason }] }),
  };
}

function location(one: Package): object {
  const name = one.purl ?? one.paths[0] ?? one.name;
  return {
    ...(one.location === undefined ? {} : { physicalLocation: physicalLocation(one.location) }),
    logicalLocations: [{ name: one.name, fullyQualifiedName: name, kind: 'package' }],
  };
}

/** Relative to where the command ran, as viewers want it; what is not below that is named as it is. */
function physicalLocation({ file, line }: ManifestLocation): object {
  const isAbsolute = file.startsWith('/');
  const path = file.split('/').map(encodeURIComponent).join('/');
  return {
    artifactLocation: isAbsolute ? { uri: `file://${path}` } : { uri: path, uriBaseId: '%SRCROOT%' },
    region: { startLine: line },
  };
}

/** The same in every version and on every line, so that a finding that stays is not told as a new one. */
function fingerprint(rule: RuleName, one: Package | undefined): string {
  return createHash('sha256')
    .update(JSON.stringify([rule, one?.ecosystem, one?.name]))
    .digest('hex');
}
