export type {
  ApplicationEntry,
  ImageEntry,
  PackerEntry,
  PackerName,
  ReportEntry,
} from './application-shape.ts';
export { importManifestOf, packerNames } from './application-shape.ts';
export type { Configuration } from './configuration.ts';
export { configurationFileNames, configurationSchema, readConfiguration } from './configuration.ts';
export type { AtLine, JsonSchema } from './shape.ts';
