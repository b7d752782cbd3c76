import { BlockPackError } from '@block-pack/core';
import { readXml } from '../xml.ts';
import { readCycloneDxJson, readCycloneDxXml } from './cyclonedx.ts';
import { readGradleLockfile } from './gradle-lockfile.ts';
import { readMavenOutput } from './maven-output.ts';
import { readMavenTreeJson } from './maven-tree-json.ts';
import { readPomDependencies } from './pom-dependencies.ts';
import { readQuarkusDependencies } from './quarkus-dependencies.ts';
import type { ResolverEvidence } from './resolver-evidence.ts';
import { readSpdxJson, readSpdxTags } from './spdx.ts';

/**
 * Recognises a resolver's output or a bill of materials by its content.
 * @param name the file's, for messages
 * @throws EVIDENCE_INVALID saying which kinds are understood
 */
export function readEvidence(text: string, name: string): ResolverEvidence {
  const plain = text.replace(/^\uFEFF/, '');
  const evidence = recognise(plain, name);
  if (evidence !== undefined) return evidence;
  const first = plain.split(/\r?\n/).find((line) => line.trim() !== '') ?? '';
  throw new BlockPackError(
    'EVIDENCE_INVALID',
    `${name} is no list of resolved libraries: it begins with ${JSON.stringify(first.slice(0, 80))}`,
    {
      hint: 'Known are the output of mvn dependency:list and dependency:tree (text or JSON), gradle.lockfile, quarkus-app-dependencies.txt, CycloneDX (JSON or XML), SPDX 2 (JSON or tag-value) and pom.xml.',
      details: { path: name },
    },
  );
}

function recognise(text: string, name: string): ResolverEvidence | undefined {
  const start = text.trimStart();
  if (start.startsWith('{')) return recogniseJson(start, name);
  if (start.startsWith('<')) return recogniseXml(start, name);
  if (/^SPDXVersion:/m.test(text)) return readSpdxTags(text, name);
  return readGradleLockfile(text, name) ?? readQuarkusDependencies(text, name) ?? readMavenOutput(text, name);
}

function recogniseJson(text: string, name: string): ResolverEvidence | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new BlockPackError('EVIDENCE_INVALID', `${name} is not valid JSON`, {
      hint: 'Make the file again; it may have been cut off.',
      details: { path: name },
      cause,
    });
  }
  return (
    readCycloneDxJson(document, name) ?? readSpdxJson(document, name) ?? readMavenTreeJson(document, name)
  );
}

function recogniseXml(text: string, name: string): ResolverEvidence | undefined {
  const root = readXml(text);
  if (root?.name === 'bom') return readCycloneDxXml(root, name);
  return root?.name === 'project' ? readPomDependencies(root, name) : undefined;
}
