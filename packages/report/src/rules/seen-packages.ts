import type { Contents } from '../contents/contents.ts';
import type { Package } from '../contents/package.ts';
import type { ReviewDocument } from '../document/report-document.ts';
import type { SeenPackage } from './findings.ts';

/** What rules are about: every dependency of a report; of an update, those that it brings or changes. Role and order are the document's. */
export function seenPackages(document: ReviewDocument): readonly SeenPackage[] {
  switch (document.kind) {
    case 'contents': {
      const versions = versionsOf(document.contents);
      return document.contents.packages.map((one) => ({ package: one, versions: versions(one) }));
    }
    case 'difference': {
      const versions = versionsOf(document.after);
      return document.difference.changes.flatMap((change) => {
        const { kind, after } = change;
        if (after === undefined || kind === 'unchanged') return [];
        return [{ package: after, change, versions: versions(after) }];
      });
    }
  }
}

/** One for each content, so that a version stands there twice that is there with two. */
function versionsOf({ packages }: Contents): (one: Package) => readonly string[] {
  const found = new Map<string, Map<string, string>>();
  const key = ({ ecosystem, name }: Package) => JSON.stringify([ecosystem, name]);
  for (const one of packages) {
    if (one.role !== 'dependency') continue;
    const versions = found.get(key(one)) ?? new Map<string, string>();
    found.set(key(one), versions.set(one.digest, one.version ?? 'no version'));
  }
  return (one) => [...(found.get(key(one))?.values() ?? [])];
}
