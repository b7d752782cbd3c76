import { posix } from 'node:path';
import { parsePage } from './markdown.ts';
import type { Finding } from './workspace.ts';

/** Pages of the workspace by path, and the files that links may lead to besides. */
export interface Site {
  readonly pages: ReadonlyMap<string, string>;
  readonly files: ReadonlySet<string>;
}

/** Links that lead nowhere and JSON that does not parse. */
export function pageFindings(site: Site): Finding[] {
  return [...site.pages].flatMap(([file, text]) => [
    ...linkFindings(site, file, text),
    ...jsonFindings(file, text),
  ]);
}

function linkFindings(site: Site, file: string, text: string): Finding[] {
  return parsePage(text).links.flatMap(({ target, line }) => {
    const message = /^[a-z]+:/.test(target) ? undefined : linkFlaw(site, file, target);
    return message === undefined ? [] : [{ file, line, message }];
  });
}

function linkFlaw(site: Site, file: string, target: string): string | undefined {
  const [path = '', anchor] = decodeURI(target).split('#');
  const to = path === '' ? file : posix.join(posix.dirname(file), path).replace(/\/$/, '');
  if (!exists(site, to)) return `${target} leads to no file`;
  const page = site.pages.get(to);
  if (anchor === undefined || page === undefined || parsePage(page).anchors.has(anchor)) return undefined;
  return `${target} leads to no heading of ${to}`;
}

function exists(site: Site, path: string): boolean {
  if (site.files.has(path)) return true;
  return [...site.files].some((file) => file.startsWith(`${path}/`));
}

function jsonFindings(file: string, text: string): Finding[] {
  return parsePage(text)
    .blocks.filter(({ language }) => language === 'json')
    .flatMap(({ line, text: json }) => {
      try {
        JSON.parse(json);
        return [];
      } catch (cause) {
        return [
          { file, line, message: `this is not JSON: ${cause instanceof Error ? cause.message : cause}` },
        ];
      }
    });
}
