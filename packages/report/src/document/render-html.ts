import { contentsPage } from '../html/contents-page.ts';
import { differencePage } from '../html/difference-page.ts';
import { judgedPage } from '../html/judged-page.ts';
import type { Page } from '../html/page.ts';
import { sectionsPage } from '../html/sections-page.ts';
import { writePage } from '../html/write-page.ts';
import { forecastPage } from './forecast-page.ts';
import type { Renderer } from './renderer.ts';
import type { ReportDocument } from './report-document.ts';
import { sharePage } from './share-page.ts';

/** Files listed of a package that changed inside, unless the options say otherwise. */
const usualInside = 50;

/** Files listed of all packages together: some 400 kB of the page. */
const allInside = 4000;

/** One file that opens anywhere and fetches nothing; for people. */
export const renderHtml: Renderer = (document, { inside }) => {
  const page = pageOf(document);
  return writePage(page, inside ?? Math.min(usualInside, Math.ceil(allInside / packagesInside(page))));
};

function pageOf(document: ReportDocument): Page {
  switch (document.kind) {
    case 'contents':
      return judgedPage(contentsPage(document), document.judgement);
    case 'difference':
      return judgedPage(differencePage(document), document.judgement);
    case 'share':
      return sectionsPage(sharePage(document.sharing));
    case 'forecast':
      return sectionsPage(forecastPage(document.history));
  }
}

function packagesInside({ listings }: Page): number {
  return listings.flatMap(({ rows }) => rows).filter(({ inside }) => inside !== undefined).length || 1;
}
