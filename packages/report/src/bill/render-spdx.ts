import { createHash } from 'node:crypto';
import type { DeclaredLicense } from '../contents/block-facts.ts';
import type { Contents } from '../contents/contents.ts';
import { licenseLeaves, parsedLicense } from '../contents/declared-license.ts';
import type { Package } from '../contents/package.ts';
import type { Renderer } from '../document/renderer.ts';
import { reviewed } from '../document/reviewed.ts';
import {
  billedContents,
  billedPurl,
  contentsProperties,
  contentUuid,
  jsonText,
  type Property,
  packageKey,
  packageProperties,
  publishedDigest,
} from './bill.ts';

/** SPDX asks for a time; what has none of its own is of the beginning of all. */
const noTime = '1970-01-01T00:00:00Z';

const rootId = 'SPDXRef-application';

/**
 * A bill of materials in SPDX 2.3. Its namespace is derived from its content.
 * @see https://spdx.github.io/spdx-spec/v2.3/
 */
export const renderSpdx: Renderer = (document, { created = noTime }) => {
  const contents = billedContents(reviewed(document));
  const texts = new LicenseTexts();
  const packages = contents.packages.map((one) => spdxPackage(one, texts));
  const bill = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: contents.name,
    creationInfo: { created, creators: ['Tool: block-pack'] },
    packages: [rootPackage(contents), ...packages],
    ...texts.field(),
    relationships: [
      { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: rootId },
      ...contents.packages.map((one) => ({
        spdxElementId: rootId,
        relationshipType: 'CONTAINS',
        relatedSpdxElement: packageId(one),
      })),
    ],
  };
  const { spdxVersion, dataLicense, SPDXID, name, ...rest } = bill;
  const documentNamespace = `urn:uuid:${contentUuid(bill)}`;
  return jsonText({ spdxVersion, dataLicense, SPDXID, name, documentNamespace, ...rest });
};

function rootPackage(contents: Contents): object {
  return {
    SPDXID: rootId,
    name: contents.name,
    ...unasserted,
    licenseDeclared: 'NOASSERTION',
    primaryPackagePurpose: contents.source.kind === 'image' ? 'CONTAINER' : 'APPLICATION',
    ...comment(contentsProperties(contents)),
  };
}

/** What nobody but its author can say. */
const unasserted = {
  downloadLocation: 'NOASSERTION',
  filesAnalyzed: false,
  licenseConcluded: 'NOASSERTION',
  copyrightText: 'NOASSERTION',
} as const;

function spdxPackage(one: Package, texts: LicenseTexts): object {
  const digest = publishedDigest(one);
  const purl = billedPurl(one);
  return {
    SPDXID: packageId(one),
    name: one.name,
    ...(one.version === undefined ? {} : { versionInfo: one.version }),
    packageFileName: one.paths[0],
    ...unasserted,
    licenseDeclared: texts.expression(one),
    ...(digest === undefined ? {} : { checksums: [{ algorithm: 'SHA256', checksumValue: digest }] }),
    ...(purl === undefined
      ? {}
      : {
          externalRefs: [
            { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl },
          ],
        }),
    primaryPackagePurpose: purposes[one.role],
    ...comment([
      ...packageProperties(one),
      ...one.paths.slice(1).map((path) => ({ name: 'block-pack:path', value: path })),
    ]),
  };
}

const purposes: Readonly<Record<Package['role'], string>> = {
  application: 'APPLICATION',
  dependency: 'LIBRARY',
  other: 'FILE',
};

function packageId(one: Package): string {
  return `SPDXRef-Package-${createHash('sha256').update(packageKey(one)).digest('hex').slice(0, 32)}`;
}

/** One property in each line. Values are JSON where they would not stay in theirs. */
function comment(properties: readonly Property[]): object {
  if (properties.length === 0) return {};
  const lines = properties.map(
    ({ name, value }) => `${name}=${/\p{Cc}|^"/u.test(value) ? JSON.stringify(value) : value}`,
  );
  return { comment: lines.join('\n') };
}

/** Licences that are no expression: a document refers to them, and says what stands there. */
class LicenseTexts {
  readonly #texts = new Map<string, string>();

  /** All that a package declares. Of several licences of a Maven project, a user may choose; elsewhere nobody says so. */
  expression({ facts, ecosystem }: Package): string {
    const parts = (facts?.licenses ?? []).map((one) => this.#expression(one));
    if (parts.length === 0) return 'NOASSERTION';
    if (parts.length === 1) return parts.join('');
    return parts.map((part) => `(${part})`).join(ecosystem === 'maven' ? ' OR ' : ' AND ');
  }

  #expression(license: DeclaredLicense): string {
    const parsed = parsedLicense(license);
    const leaves = parsed === undefined ? [] : licenseLeaves(parsed).map((leaf) => leaf.license);
    // What another document says cannot be looked up.
    if (
      license.spdx === undefined ||
      parsed === undefined ||
      leaves.some((id) => id.startsWith('DocumentRef-'))
    )
      return this.#reference(license.text);
    for (const id of leaves) if (id.startsWith('LicenseRef-')) this.#texts.set(id, id);
    return license.spdx;
  }

  #reference(text: string): string {
    const id = `LicenseRef-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
    this.#texts.set(id, text);
    return id;
  }

  field(): object {
    if (this.#texts.size === 0) return {};
    const found = [...this.#texts].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      hasExtractedLicensingInfos: found.map(([licenseId, text]) => ({
        licenseId,
        name: text,
        extractedText: text,
        comment: 'What the package declares; the text of the licence itself was not looked for.',
      })),
    };
  }
}
