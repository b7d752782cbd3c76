import { count } from '../../byte-size.ts';
import type { Console } from '../../console.ts';
import { printable, table } from '../../table.ts';
import type { CheckResult } from './check-packs.ts';

const rows = 30;

export function checkText({ imports, differences }: CheckResult, all: boolean, console: Console): string {
  const how = 'in other directories, under other umask, time zone, locale, home and times';
  if (differences.length === 0)
    return `\n${console.bold('both copies are packed the same')}: ${count(imports, 'import')}, ${how}\n`;
  const shown = all ? differences : differences.slice(0, rows);
  const more = differences.length - shown.length;
  return [
    `\n${console.bold('the two copies are not packed the same')}: ${count(differences.length, 'difference')}, ${how}\n`,
    table(
      [{ title: 'COMPONENT' }, { title: 'AT' }, { title: 'FILE' }, { title: 'IS' }],
      shown.map(({ purl, path, file, change }) => [purl, path, file ?? '', change]),
    ),
    more > 0 ? console.dim(`  ... and ${more} more (--all shows them)\n`) : '',
    printable('That should not be: please report it, with the command and its input.'),
    '\n',
  ].join('');
}
