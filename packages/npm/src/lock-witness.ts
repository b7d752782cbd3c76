import type { PackContext } from '@block-pack/core';
import type { InstalledPackage } from './installed.ts';
import type { LockEvidence, LockedPackage } from './lock/lock-evidence.ts';

/** Names enough to know where to look. */
const namesShown = 5;

/** What the locks say of each package, believed where the disk does not say otherwise. */
export class LockWitness {
  readonly #locks: readonly LockEvidence[];
  readonly #disagreements: string[] = [];

  constructor(locks: readonly LockEvidence[]) {
    this.#locks = locks;
  }

  of({ folder, manifest, isFirstParty }: InstalledPackage): LockedPackage | undefined {
    if (isFirstParty) return undefined;
    const { name, version } = manifest;
    let contradiction: string | undefined;
    for (const lock of this.#locks) {
      const said = lock.find(folder.path, name, version);
      if (said === undefined) continue;
      const isSame = (said.version === undefined || said.version === version) && (said.name ?? name) === name;
      if (isSame) return said;
      contradiction ??= `${folder.path} is ${version ?? 'without a version'}, not ${said.version} (${lock.file})`;
    }
    if (contradiction !== undefined) this.#disagreements.push(contradiction);
    return undefined;
  }

  /** Tells once where the disk won. */
  warnOfDisagreement(project: string, { warn }: PackContext): void {
    const { length } = this.#disagreements;
    if (length === 0) return;
    const shown = this.#disagreements.slice(0, namesShown).join('; ');
    const more = length > namesShown ? `; and ${length - namesShown} more` : '';
    warn({
      code: 'LOCK_DISAGREES',
      message: `${length} packages of ${project} are not what the lock says; what lies there is packed: ${shown}${more}`,
    });
  }
}
