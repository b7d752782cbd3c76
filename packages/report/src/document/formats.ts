import { renderJson } from './render-json.ts';
import type { Renderer } from './renderer.ts';

/** The formats by the names that users give them. */
export const formats = {
  json: renderJson,
} as const satisfies Readonly<Record<string, Renderer>>;

export type FormatName = keyof typeof formats;

export function isFormatName(name: string): name is FormatName {
  return Object.hasOwn(formats, name);
}
