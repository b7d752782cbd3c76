import type { Judgement } from '../rules/rules.ts';

/** `rules: 2 broken, 1 accepted` */
export function judgementHeadline({ violations, accepted, notLookedInto }: Judgement): string {
  return [
    `rules: ${violations.length === 0 ? 'none' : violations.length} broken`,
    ...(accepted.length === 0 ? [] : [`${accepted.length} accepted`]),
    ...(notLookedInto === 0 ? [] : [`${notLookedInto} not looked into, so not known to break none`]),
  ].join(', ');
}

export const howToAccept =
  'What is accepted is added to "accept" in the file of --rules, each with a reason; limits stand beside it';
