import { resolve } from 'node:path';
import { BlockPackError } from '@block-pack/core';
import {
  joinRuleSettings,
  judge,
  parseRuleSettings,
  type ReviewDocument,
  type RuleSettings,
  type Rules,
  rulesOf,
  rulesOfChanges,
} from '@block-pack/report';
import { parseByteSize } from '@block-pack/report/text';
import type { CommandContext } from '../command.ts';
import { readSmallFile } from '../read-small-file.ts';

/** Rules as the command line takes them; see {@link RuleSettings}. */
export interface RuleOptions {
  readonly rules?: readonly string[];
  /** Each may be several, with commas between. */
  readonly failOn?: readonly string[];
  readonly maxTransfer?: string;
  readonly maxBlock?: string;
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
  readonly allowLicense?: readonly string[];
  readonly denyLicense?: readonly string[];
}

/** Bytes of a file of rules. */
const rulesLimit = 4 << 20;

/**
 * Those of all files, and of the command line.
 * @param comparing false where there is nothing to compare with. A file may have rules for both; who asks for one by an option is told.
 * @returns undefined where there are none
 * @throws USAGE, INPUT_MISSING, INPUT_UNREADABLE
 */
export async function readRules(
  options: RuleOptions,
  comparing: boolean,
  context: CommandContext,
): Promise<Rules | undefined> {
  const called = settingsOf(options);
  const alone = comparing ? [] : rulesOfChanges(rulesOf(called));
  if (alone.length > 0) {
    throw new BlockPackError('USAGE', `${alone.join(', ')}: nothing is compared here`, {
      hint: 'Ask block-pack diff for it.',
    });
  }
  const settings: RuleSettings[] = [];
  for (const file of options.rules ?? []) settings.push(await readRulesFile(file, context));
  return rulesOf(joinRuleSettings([...settings, called]));
}

/** With what it breaks, where there are rules. */
export function judged(document: ReviewDocument, rules: Rules | undefined): ReviewDocument {
  return rules === undefined ? document : { ...document, judgement: judge(document, rules) };
}

function settingsOf(options: RuleOptions): RuleSettings {
  const { maxTransfer, maxBlock, failOn, allow, deny, allowLicense, denyLicense } = options;
  const kinds = failOn?.flatMap((kinds) => kinds.split(',')).map((kind) => kind.trim());
  return {
    ...(kinds && { failOn: kinds }),
    ...(maxTransfer !== undefined && { maxTransfer: parseByteSize(maxTransfer, '--max-transfer') }),
    ...(maxBlock !== undefined && { maxBlock: parseByteSize(maxBlock, '--max-block') }),
    ...(allow && { allow: [...allow] }),
    ...(deny && { deny: [...deny] }),
    ...(allowLicense && { allowLicenses: [...allowLicense] }),
    ...(denyLicense && { denyLicenses: [...denyLicense] }),
  };
}

async function readRulesFile(file: string, { directory }: CommandContext): Promise<RuleSettings> {
  const path = resolve(directory, file);
  const bytes = await readSmallFile({ path, text: file, what: 'file of rules', limit: rulesLimit });
  return parseRuleSettings(new TextDecoder().decode(bytes), file);
}
