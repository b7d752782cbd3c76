import type { Digest } from '@block-pack/core';
import { byteSize, count } from '../byte-size.ts';
import type { Outcome } from '../command.ts';
import type { Console } from '../console.ts';
import { printable, table } from '../table.ts';
import { type DependencyCost, otherCosts } from './bundle-costs.ts';
import { describedGroups, describedLayers, howText } from './describe-bundle.ts';
import type { SentLayer } from './layer-tars.ts';
import type { MadeBundle, Wanted } from './make-bundle.ts';
import type { Known } from './pasts.ts';

/** A bundle that was made, or would be. */
interface Result {
  readonly made: MadeBundle;
  readonly wanted: readonly Wanted[];
  /** One of them the site has, */
  readonly since: readonly Known[];
  /** and all of these. */
  readonly have: readonly Known[];
  /** Of the file. */
  readonly bytes: number;
}

interface Written extends Result {
  readonly output: string;
  /** One, or the parts. */
  readonly files: readonly string[];
  /** Fingerprints of keys. */
  readonly signedBy: readonly string[];
}

export function bundleOutcome(result: Written): Outcome {
  const { output, files, signedBy } = result;
  return {
    document: { ...documentOf(result), output, files, signedBy },
    text: (console) =>
      [
        headline(result, console),
        totals(result),
        ...signedBy.map((one) => `signed  ${one}\n`),
        `bundle  ${printable(filesText(files))}, applied once and found right\n`,
      ].join(''),
    exitCode: 0,
  };
}

function filesText(files: readonly string[]): string {
  const [first = '', ...more] = files;
  const last = more.at(-1);
  return last === undefined ? first : `${first} to ${last.slice(last.lastIndexOf('.'))}`;
}

/** What the bundle would cost, for each dependency. */
export function costOutcome(result: Result & { readonly costs: readonly DependencyCost[] }): Outcome {
  const { made, costs } = result;
  const other = otherCosts(made);
  const baseLayers = made.sentLayers.map(({ from, ...layer }) => ({ ...layer, from: from ?? null }));
  const dependencies = costs.map(({ from, ...cost }) => ({ ...cost, from: from ?? null }));
  return {
    document: { ...documentOf(result), dependencies, baseLayers, otherwise: other },
    text: (console) =>
      [
        headline(result, console),
        costTable(costs, made.sentLayers),
        totals(result),
        `        ${byteSize(other.layers)} as layers, ${byteSize(other.blocks)} as whole blocks\n`,
        'bundle  none written (--dry-run)\n',
      ].join(''),
    exitCode: 0,
  };
}

function documentOf({ made, wanted, since, have, bytes }: Result): Readonly<Record<string, unknown>> {
  const { companions = [] } = made.document;
  return {
    images: wanted.map(({ root: { mediaType, digest, size }, name }) => ({
      name: name ?? null,
      mediaType,
      digest,
      size,
    })),
    companions: companions.map(({ name, mediaType, digest, size }) => ({
      name: name ?? null,
      mediaType,
      digest,
      size,
    })),
    since: since.map(knownDocument),
    have: have.map(knownDocument),
    digest: made.artifact.digest,
    bytes,
    imageBytes: made.imageBytes,
    spares: made.spares ?? null,
    layers: describedLayers(made.document),
    groups: describedGroups(made.document),
  };
}

function knownDocument({ text, image }: Known): object {
  return { place: text, digest: image?.digest ?? null };
}

function headline({ made, wanted, bytes }: Result, console: Console): string {
  const what = wanted.length === 1 ? 'an image' : `${wanted.length} images`;
  return `${console.bold(`${byteSize(bytes)} for ${what} of ${byteSize(made.imageBytes)}`)}\n\n`;
}

function costTable(costs: readonly DependencyCost[], layers: readonly SentLayer[]): string {
  if (costs.length + layers.length === 0) return '';
  const dependencies = costs.map(({ bytes, size, encoding, mixed, why, to, from }) => [
    byteSize(bytes),
    byteSize(size),
    howText(encoding, mixed),
    why,
    to,
    from ?? '',
  ]);
  const others = layers.map(({ bytes, size, encoding, why, digest, from }) => [
    byteSize(bytes),
    byteSize(size),
    encoding,
    why,
    layerName(digest),
    from === undefined ? '' : layerName(from),
  ]);
  const rows = table(
    [
      { title: 'BYTES', align: 'right' },
      { title: 'SIZE', align: 'right' },
      { title: 'HOW' },
      { title: 'WHY' },
      { title: 'TO' },
      { title: 'FROM' },
    ],
    [...dependencies, ...others],
  );
  return `${rows}\n`;
}

function layerName(digest: Digest): string {
  return `layer ${digest.slice(0, 'sha256:'.length + 12)}`;
}

function totals({ made: { document, sent, sentBytes, sentLayers, spares }, wanted }: Result): string {
  const { layers, companions = [] } = document;
  const blockBytes = sent.reduce((sum, { content }) => sum + content.size, 0);
  const [layerSize, layerBytes] = [
    sentLayers.reduce((sum, { size }) => sum + size, 0),
    sentLayers.reduce((sum, { bytes }) => sum + bytes, 0),
  ];
  const present = layers.filter(({ origin }) => origin === 'present').length;
  return [
    `blocks  ${count(sent.length, 'block')} of ${byteSize(blockBytes)}, sent as ${byteSize(sentBytes)}\n`,
    ...(sentLayers.length === 0
      ? []
      : [
          `base    ${count(sentLayers.length, 'layer')} of ${byteSize(layerSize)}, sent as ${byteSize(layerBytes)}\n`,
        ]),
    ...(spares === undefined
      ? []
      : [
          `spares  ${count(spares.count, 'blob')} of ${byteSize(spares.size)}, sent as ${byteSize(spares.bytes)}, for a site that is damaged\n`,
        ]),
    `layers  ${present} of ${layers.length} must be at the site already\n`,
    ...wanted.map(({ root }) => `image   ${root.digest}\n`),
    ...companions.map(({ name, digest }) => `beside  ${printable(name ?? digest)}\n`),
  ].join('');
}
