import type { Renderer } from './renderer.ts';
import type { ReportDocument } from './report-document.ts';
import { reportFields } from './report-fields.ts';

/** The commands by the kind of report that they make. */
const commands: Readonly<Record<ReportDocument['kind'], string>> = {
  contents: 'report',
  difference: 'diff',
  share: 'share',
  forecast: 'forecast',
};

/** What the command prints with `--json`. */
export const renderJson: Renderer = (document) => {
  const command = commands[document.kind];
  return `${JSON.stringify({ schemaVersion: 1, command, ...reportFields(document), warnings: [] }, undefined, 2)}\n`;
};
