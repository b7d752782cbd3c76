/** A fenced block of a Markdown page. */
export interface CodeBlock {
  /** The first word behind the fence, such as `json`. */
  readonly language: string;
  /** What follows it. */
  readonly info: string;
  /** The line of the block's first line, from 1. */
  readonly line: number;
  readonly text: string;
}

export interface Link {
  readonly target: string;
  readonly line: number;
}

export interface Page {
  readonly blocks: readonly CodeBlock[];
  readonly links: readonly Link[];
  /** What can stand behind `#` in a link to this page. */
  readonly anchors: ReadonlySet<string>;
  /** HTML comments of one line, without the arrows around them. */
  readonly comments: readonly { readonly line: number; readonly text: string }[];
}

const fence = /^ {0,3}(`{3,}|~{3,})\s*(\S*)\s*(.*)$/;

/** Reads as much of Markdown as the house writes: fences, headings, inline links, one-line comments. */
export function parsePage(text: string): Page {
  const blocks: CodeBlock[] = [];
  const prose: { line: number; text: string }[] = [];
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const [, mark, language = '', info = ''] = fence.exec(lines[at] ?? '') ?? [];
    if (mark === undefined) {
      prose.push({ line: at + 1, text: lines[at] ?? '' });
      continue;
    }
    const end = lines.findIndex((line, index) => index > at && line.trim() === mark);
    const until = end === -1 ? lines.length : end;
    blocks.push({ language, info, line: at + 2, text: lines.slice(at + 1, until).join('\n') });
    at = until;
  }
  return {
    blocks,
    links: prose.flatMap(linksOf),
    anchors: anchorsOf(prose),
    comments: prose.flatMap(commentOf),
  };
}

function linksOf({ line, text }: { line: number; text: string }): Link[] {
  const bare = text.replace(/`[^`]*`/g, '');
  return [...bare.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)].map(([, target = '']) => ({ target, line }));
}

function anchorsOf(prose: readonly { text: string }[]): Set<string> {
  const anchors = new Set<string>();
  for (const { text } of prose) {
    for (const [, id] of text.matchAll(/<a (?:id|name)="([^"]+)"/g)) if (id !== undefined) anchors.add(id);
    const heading = /^ {0,3}#{1,6}\s+(.*?)\s*#*$/.exec(text)?.[1];
    if (heading !== undefined) anchors.add(freeAnchor(slug(heading), anchors));
  }
  return anchors;
}

/** As GitHub makes it of a heading. */
function slug(heading: string): string {
  const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
  return plain.replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-');
}

function freeAnchor(wanted: string, taken: ReadonlySet<string>): string {
  let anchor = wanted;
  for (let count = 1; taken.has(anchor); count++) anchor = `${wanted}-${count}`;
  return anchor;
}

function commentOf({ line, text }: { line: number; text: string }): { line: number; text: string }[] {
  const comment = /^<!--\s*(.*?)\s*-->\s*$/.exec(text)?.[1];
  return comment === undefined ? [] : [{ line, text: comment }];
}
