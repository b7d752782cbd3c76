import { digestHex, digestOf } from '@block-pack/core';
import { listingSection } from './listing-section.ts';
import { type Markup, markup, verbatim } from './markup.ts';
import type { Note, Page } from './page.ts';
import { pageScript } from './page-script.ts';
import { pageStyle } from './page-style.ts';
import { treemapFigure } from './treemap-figure.ts';

/** The page as one file that needs no other and asks nobody. Without its script, all of it is there to read. */
export function writePage(page: Page, mostInside: number): string {
  const { title, headline, names, remarks, treemaps, listings, notes } = page;
  const figures = treemaps.flatMap((one, at) => treemapFigure(one, `treemap-${at}`) ?? []);
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="block-pack">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${verbatim(pageStyle)}</style>
</head>
<body>
<a class="skip" href="#listings">To the tables</a>
<header>
<div class="top"><p class="names"><code>${names}</code></p><button type="button" id="colours" hidden></button></div>
<h1>${unbroken(headline)}</h1>
${remarks.map((remark) => markup`<p>${remark}</p>\n`)}</header>
<main>
<div class="treemaps">
${figures}</div>
<div id="listings" tabindex="-1">
${listings.map((listing) => listingSection(listing, mostInside))}${notes.length === 0 ? undefined : notesMarkup(notes)}</div>
</main>
<script>${verbatim(pageScript)}</script>
</body>
</html>
`.text;
}

/**
 * Nothing is fetched or sent, and no script or style counts but the page's own. The icon keeps browsers from asking for one.
 * @see https://www.w3.org/TR/CSP3/
 */
const policy = [
  "default-src 'none'",
  `script-src '${sourceHash(pageScript)}'`,
  `style-src '${sourceHash(pageStyle)}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

function sourceHash(source: string): string {
  const hex = digestHex(digestOf(new TextEncoder().encode(source)));
  return `sha256-${Buffer.from(hex, 'hex').toString('base64')}`;
}

/** A number keeps together with its unit. */
function unbroken(text: string): string {
  return text.replaceAll(/(?<=\d) (?=%|[kMGT]?B\b)/g, '\u00a0');
}

function notesMarkup(notes: readonly Note[]): Markup {
  return markup`<section aria-labelledby="notes">
<h2 id="notes">What stands out</h2>
${notes.map(noteMarkup)}</section>
`;
}

function noteMarkup({ title, remark, lines }: Note): Markup {
  const words = remark === undefined ? undefined : markup` <span class="remark">${remark}</span>`;
  if (lines.length === 0) return markup`<p class="note"><b>${title}</b>${words}</p>\n`;
  return markup`<details class="note"><summary><b>${title}</b>${words}</summary>
<ul>
${lines.map((line) => markup`<li>${line}</li>\n`)}</ul>
</details>
`;
}
