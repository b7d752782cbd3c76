import {
  type Component,
  compareBytewise,
  type Evidence,
  type PackContext,
  type Placed,
  purlOf,
} from '@block-pack/core';
import { integrityOf } from './integrity.ts';
import type { LockEvidence } from './locks/lock-evidence.ts';
import { type LockMatch, matchLocks } from './locks/lock-match.ts';
import type { BytecodePart, DistributionPart, PythonPlacement } from './placement.ts';
import { normalName } from './project-name.ts';

/** Names the blocks: distributions by what they say of themselves, the rest by where it lands. */
export async function identifyAll(
  placed: readonly Placed<PythonPlacement>[],
  locks: readonly LockEvidence[],
  context: PackContext,
): Promise<readonly Component[]> {
  const components: Component[] = [];
  for (const one of placed) {
    const { part } = one.placement;
    if (part.kind === 'distribution') components.push(await distribution(one, part, locks, context));
    else if (part.kind === 'bytecode') components.push(bytecode(one, part));
    else components.push(remaining(one));
  }
  warnOfSources(placed, context);
  return components;
}

async function distribution(
  placed: Placed<PythonPlacement>,
  part: DistributionPart,
  locks: readonly LockEvidence[],
  context: PackContext,
): Promise<Component> {
  const lock = await matchLocks(part, locks);
  warnOf(part, lock, context);
  const integrity = await integrityOf(placed, part, lock, context.memory);
  const { name, version } = part;
  return {
    purl: purlOf({ type: 'pypi', name: normalName(name), version }),
    role: part.isLocal ? 'application' : 'dependency',
    evidence: [...digestEvidence(lock), ownEvidence(part), ...lockEvidence(lock)],
    integrity,
  };
}

function ownEvidence({ source, distInfo, name, version }: DistributionPart): Evidence {
  return source === 'METADATA'
    ? { source, confidence: 'strong', detail: `${distInfo}/METADATA says ${name} ${version}` }
    : { source, confidence: 'weak', detail: `the directory is called ${distInfo}` };
}

function digestEvidence(lock: LockMatch): Evidence[] {
  if (lock.kind !== 'same bytes') return [];
  return [{ source: 'lock-digest', confidence: 'exact', detail: `${lock.lock} lists sha256:${lock.sha256}` }];
}

function lockEvidence(lock: LockMatch): Evidence[] {
  if (lock.kind !== 'same version') return [];
  const wheels = lock.candidates.map(({ fileName, sha256 }) => fileName ?? `sha256:${sha256}`);
  const named =
    wheels.length === 0
      ? 'no wheel with its tags'
      : `${wheels.slice(0, 3).join(', ')}${wheels.length > 3 ? ', ...' : ''}`;
  return [{ source: 'lock', confidence: 'strong', detail: `${lock.lock} has this version, with ${named}` }];
}

/** The disk decides; a lock that says otherwise is worth a look. */
function warnOf({ name, version }: DistributionPart, lock: LockMatch, context: PackContext): void {
  if (lock.kind === 'other version')
    context.warn({
      code: 'LOCK_DISAGREES',
      message: `${name} is there in version ${version}; ${lock.lock} has ${lock.versions.join(', ')}`,
    });
  if (lock.kind === 'other bytes')
    context.warn({
      code: 'LOCK_DISAGREES',
      message: `The wheel of ${name} ${version} is none of those that ${lock.lock} allows: its SHA-256 is ${lock.sha256}`,
    });
}

function bytecode({ placement }: Placed<PythonPlacement>, part: BytecodePart): Component {
  const { name = folderName(placement), version, cacheTag } = part;
  return {
    purl: purlOf({
      type: 'generic',
      name: `${normalName(name)}-bytecode`,
      ...(version === undefined ? {} : { version }),
    }),
    role: 'other',
    evidence: [
      { source: 'layout', confidence: 'strong', detail: `modules of ${name}, compiled for ${cacheTag}` },
    ],
  };
}

const namesShown = 5;

/** Judged by the blocks, so that it is said as well when they come from an earlier pack. */
function warnOfSources(placed: readonly Placed<PythonPlacement>[], context: PackContext): void {
  let missing = 0;
  const owners: string[] = [];
  for (const { placement, block } of placed) {
    const { part } = placement;
    if (part.kind !== 'bytecode' || part.modules === block.files) continue;
    missing += part.modules - block.files;
    owners.push(`${part.name ?? folderName(placement)} (${part.modules - block.files})`);
  }
  if (missing === 0) return;
  owners.sort(compareBytewise);
  const more = owners.length > namesShown ? ` and ${owners.length - namesShown} more` : '';
  context.warn({
    code: 'NOT_COMPILED',
    message: `${missing === 1 ? 'One module is' : `${missing} modules are`} packed as source alone, since the interpreter cannot compile them: ${owners.slice(0, namesShown).join(', ')}${more}`,
  });
}

function folderName({ path }: PythonPlacement): string {
  return path.split('/').at(-1) || 'root';
}

function remaining({ placement }: Placed<PythonPlacement>): Component {
  const name = folderName(placement);
  const detail =
    placement.part.kind === 'scripts'
      ? 'scripts of all distributions, made by block-pack'
      : 'files that no distribution owns';
  return {
    purl: purlOf({ type: 'generic', name }),
    role: 'other',
    evidence: [{ source: 'layout', confidence: 'strong', detail }],
  };
}
