import type { Component, PackContext, Placed } from '@block-pack/core';
import { genericPurl, mavenPurl } from './coordinates.ts';
import { jarStem, readJarName } from './jar-name.ts';
import type { JavaOptions } from './packer.ts';
import type { JarPart, JavaPlacement } from './placement.ts';

export async function identifyAll(
  placed: readonly Placed<JavaPlacement>[],
  _options: JavaOptions,
  _context: PackContext,
): Promise<readonly Component[]> {
  return placed.map((one) => componentOf(one));
}

function componentOf({ placement }: Placed<JavaPlacement>): Component {
  const { part, path } = placement;
  switch (part.kind) {
    case 'jar':
      return jarComponent(part);
    case 'loader':
      return {
        purl: mavenPurl({
          group: 'org.springframework.boot',
          artifact: part.artifact,
          version: part.version ?? '',
        }),
        role: 'dependency',
        evidence: [{ source: 'layout', confidence: 'strong', detail: path }],
      };
    case 'application':
    case 'rest':
      return {
        purl: genericPurl({ artifact: path.split('/').at(-1) || 'root' }),
        role: part.kind === 'rest' ? 'other' : 'application',
        evidence: [{ source: 'layout', confidence: 'weak', detail: path }],
      };
  }
}

function jarComponent(part: JarPart): Component {
  return {
    purl: genericPurl(readJarName(jarStem(part.file))),
    role: part.own === undefined ? 'dependency' : 'application',
    evidence: [{ source: 'file-name', confidence: 'weak', detail: part.file }],
  };
}
