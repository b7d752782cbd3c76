import { BlockPackError, findingsExitCode } from '@block-pack/core';
import { openImages, parsePlace } from '@block-pack/store';
import { byteSize, count } from '../byte-size.ts';
import type { CommandContext, Outcome } from '../command.ts';
import type { Console } from '../console.ts';
import { type ImageFinding, type ImageVerification, verifyImage } from '../image/verify-image.ts';
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

function verificationText(name: string, result: ImageVerification, console: Console): string {
  const { images, blobs, bytes, derivedLayers, findings } = result;
  const what = [
    count(images, 'image'),
    count(blobs, 'blob'),
    byteSize(bytes),
    ...(derivedLayers === 0 ? [] : [`${count(derivedLayers, 'layer')} exactly as imports say`]),
  ];
  if (findings.length === 0)
    return `${console.bold('all good')}: ${what.join(', ')}, in ${printable(name)}\n`;
  return [
    `${console.bold(`${count(findings.length, 'fault')} found`)} in ${printable(name)}: ${what.slice(0, 3).join(', ')}\n`,
    ...findings.map((finding) => `  ${printable(findingText(finding))}\n`),
    'Copy the image again from where it is whole, or make it again with block-pack image.\n',
  ].join('');
}

function findingText({ digest, imports, path, message }: ImageFinding): string {
  const of = imports === undefined ? '' : ` (/.import.${imports}${path === undefined ? '' : `, ${path}`})`;
  return `${digest}${of} ${message}`;
}
