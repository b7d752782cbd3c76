import { violationsTable } from '../document/report-tables.ts';
import type { Judgement } from '../rules/rules.ts';
import { howToAccept, judgementHeadline } from '../text/judgement-words.ts';
import type { Page } from './page.ts';

/** The page, with what broke rules before all else; as it was where there were none. */
export function judgedPage(page: Page, judgement: Judgement | undefined): Page {
  if (judgement === undefined) return page;
  const remarks = [judgementHeadline(judgement), ...page.remarks];
  const { violations } = judgement;
  if (violations.length === 0) return { ...page, remarks };
  const rows = violations.map(() => ({}));
  const title = `What breaks rules (${violations.length})`;
  const broken = { id: 'rule', title, table: violationsTable(violations), rows };
  const accepts = { title: howToAccept, lines: violations.map(({ accept }) => accept) };
  return { ...page, remarks, listings: [broken, ...page.listings], notes: [accepts, ...page.notes] };
}
