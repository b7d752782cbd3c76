import { renderCycloneDx } from '../bill/render-cyclonedx.ts';
import { renderSpdx } from '../bill/render-spdx.ts';
import { renderSarif } from '../rules/render-sarif.ts';
import { renderCsv } from './render-csv.ts';
import { renderHtml } from './render-html.ts';
import { renderJson } from './render-json.ts';
import { renderMarkdown } from './render-markdown.ts';
import { renderText } from './render-text.ts';
import type { Renderer } from './renderer.ts';
import type { ReportDocument } from './report-document.ts';

/** The formats by the names that users give them. */
export const formats = {
  text: renderText,
  json: renderJson,
  markdown: renderMarkdown,
  html: renderHtml,
  csv: renderCsv,
  cyclonedx: renderCycloneDx,
  spdx: renderSpdx,
  sarif: renderSarif,
} as const satisfies Readonly<Record<string, Renderer>>;

export type FormatName = keyof typeof formats;

export const formatNames = Object.keys(formats) as readonly FormatName[];

const reviewFormats: readonly FormatName[] = ['cyclonedx', 'spdx', 'sarif'];

/** Those that a kind of report can be written in. */
export function formatsFor(kind: ReportDocument['kind']): readonly FormatName[] {
  const isReview = kind === 'contents' || kind === 'difference';
  return isReview ? formatNames : formatNames.filter((name) => !reviewFormats.includes(name));
}

export function isFormatName(name: string): name is FormatName {
  return Object.hasOwn(formats, name);
}
