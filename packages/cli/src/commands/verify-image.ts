import { BlockPackError, findingsExitCode } from '@block-pack/core';
import { openImages, parsePlace } from '@block-pack/store';
import { byteSize, count } from '../byte-size.ts';
import type { CommandContext, Outcome } from '../command.ts';
import type { Console } from '../console.ts';
import type { ImageFinding, ImageVerification } from '../image/verification.ts';
import { verifyImage } from '../image/verify-image.ts';
import { printable } from '../table.ts';

/** Checks everything that a place's image leads to. */
export async function verifyPlace(
  name: string,
  options: { readonly remove?: boolean },
  context: CommandContext,
): Promise<Outcome> {
  if (options.remove === true) {
    throw new BlockPackError('USAGE', '--remove is for the store, and this is an image', {
      hint: 'Leave it out: an image is only read.',
    });
  }
  const images = await openImages(parsePlace(name, context.directory));
  try {
    const { descriptor } = await images.find();
    const result = await verifyImage(descriptor, images.blobs, name, {
      signal: context.signal,
      onProgress: (bytes) => context.progress.show(`checking ${name}, ${byteSize(bytes)}`),
    });
    return {
      document: { image: name, digest: descriptor.digest, ...result },
      text: (console) => verificationText(name, result, console),
      exitCode: result.findings.length === 0 ? 0 : findingsExitCode,
    };
  } finally {
    images.close();
  }
}

/** Faults that are shown; another tool that changes the owner of every file makes one of every import. */
const mostShown = 50;

function verificationText(name: string, result: ImageVerification, console: Console): string {
  const { images, blobs, bytes, derivedLayers, findings, notes } = result;
  const what = [count(images, 'image'), count(blobs, 'blob'), byteSize(bytes)];
  const exact = derivedLayers === 0 ? [] : [`${count(derivedLayers, 'layer')} exactly as imports say`];
  const place = printable(name);
  const told = [...shown(findings, 'faults'), ...shown(notes, 'notes', 'note: ')];
  if (findings.length === 0)
    return `${console.bold(goodNews(notes))}: ${[...what, ...exact].join(', ')}, in ${place}\n${told.join('')}`;
  return [
    `${console.bold(`${count(findings.length, 'fault')} found`)} in ${place}: ${what.join(', ')}\n`,
    ...told,
    'Copy the image again from where it is whole, or make it again with block-pack image.\n',
  ].join('');
}

function goodNews(notes: ImageVerification['notes']): string {
  const layers = (kind: string) => count(notes.filter((note) => note.kind === kind).length, 'layer');
  const kinds = new Set(notes.map(({ kind }) => kind));
  const but = [
    ...(kinds.has('unchecked') ? [`${layers('unchecked')} not checked`] : []),
    ...(kinds.has('repacked') ? [`${layers('repacked')} packed anew by another tool`] : []),
  ];
  return but.length === 0 ? 'all good' : ['no fault found', ...but].join(', ');
}

function shown(findings: readonly ImageFinding[], kind: string, before = ''): string[] {
  const lines = findings.slice(0, mostShown).map((one) => `  ${before}${printable(findingText(one))}\n`);
  const more = findings.length - lines.length;
  return more === 0 ? lines : [...lines, `  ... and ${more} more ${kind} (--json has them all)\n`];
}

function findingText({ digest, imports, path, message }: ImageFinding): string {
  const of = imports === undefined ? '' : ` (/.import.${imports}${path === undefined ? '' : `, ${path}`})`;
  return `${digest}${of} ${message}`;
}
