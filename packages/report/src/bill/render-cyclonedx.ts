import { createHash } from 'node:crypto';
import type { DeclaredLicense } from '../contents/block-facts.ts';
import type { Contents } from '../contents/contents.ts';
import { parsedLicense } from '../contents/declared-license.ts';
import { knownPurl } from '../contents/known-purl.ts';
import type { Package } from '../contents/package.ts';
import type { Renderer } from '../document/renderer.ts';
import { reviewed } from '../document/reviewed.ts';
import {
  billedContents,
  billedPurl,
  contentsProperties,
  contentUuid,
  jsonText,
  packageKey,
  packageProperties,
  publishedDigest,
} from './bill.ts';

/**
 * A bill of materials in CycloneDX 1.6. Its serial number is derived from its content.
 * @see https://cyclonedx.org/docs/1.6/json/
 */
export const renderCycloneDx: Renderer = (document, { created }) => {
  const contents = billedContents(reviewed(document));
  const bill = {
    version: 1,
    metadata: {
      ...(created === undefined ? {} : { timestamp: created }),
      tools: { components: [{ type: 'application', name: 'block-pack' }] },
      component: rootComponent(contents),
    },
    components: contents.packages.map(component),
    ...compositions(contents),
  };
  const serialNumber = `urn:uuid:${contentUuid(bill)}`;
  return jsonText({
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber,
    ...bill,
  });
};

const rootReference = 'application';

function rootComponent(contents: Contents): object {
  const properties = contentsProperties(contents);
  return {
    type: contents.source.kind === 'image' ? 'container' : 'application',
    'bom-ref': rootReference,
    name: contents.name,
    ...(properties.length === 0 ? {} : { properties }),
  };
}

function component(one: Package): object {
  const parts = knownPurl(one.purl);
  const digest = publishedDigest(one);
  const purl = billedPurl(one);
  return {
    type: componentTypes[one.role],
    'bom-ref': createHash('sha256').update(packageKey(one)).digest('hex'),
    ...(parts?.namespace ? { group: parts.namespace } : {}),
    name: parts?.name ?? one.name,
    ...(one.version === undefined ? {} : { version: one.version }),
    ...(digest === undefined ? {} : { hashes: [{ alg: 'SHA-256', content: digest }] }),
    ...licenses(one.facts?.licenses ?? []),
    ...(purl === undefined ? {} : { purl }),
    evidence: { occurrences: one.paths.map((location) => ({ location })) },
    properties: packageProperties(one),
  };
}

const componentTypes: Readonly<Record<Package['role'], string>> = {
  application: 'application',
  dependency: 'library',
  other: 'file',
};

/** An expression stands alone; where there are several licences, each is an identifier or a name. */
function licenses(declared: readonly DeclaredLicense[]): object {
  const [only] = declared;
  if (only === undefined) return {};
  const acknowledgement = 'declared';
  if (declared.length === 1 && only.spdx !== undefined)
    return { licenses: [{ expression: only.spdx, acknowledgement }] };
  return {
    licenses: declared.map((one) => {
      const id = plainIdentifier(one);
      return {
        license: { ...(id === undefined ? { name: one.spdx ?? one.text } : { id }), acknowledgement },
      };
    }),
  };
}

function plainIdentifier(license: DeclaredLicense): string | undefined {
  const parsed = parsedLicense(license);
  if (parsed === undefined || 'conjunction' in parsed) return undefined;
  const isPlain = parsed.plus === undefined && parsed.exception === undefined;
  return isPlain && !parsed.license.includes('Ref-') ? parsed.license : undefined;
}

/** What is in layers that no import manifest explains is in no list of ours. */
function compositions({ layers }: Contents): object {
  return layers.length === 0
    ? {}
    : { compositions: [{ aggregate: 'incomplete', assemblies: [rootReference] }] };
}
