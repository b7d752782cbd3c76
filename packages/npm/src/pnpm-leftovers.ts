import { entriesBelow, type Folder, type FolderItem, folderIn, itemAt } from './folder.ts';
import type { Project } from './project.ts';

/**
 * Folders of pnpm's store that no link leads to from outside of it: pnpm keeps what an update has replaced for a week, so without this a project
 * that was updated would be packed otherwise than one that was installed anew. Links tell, and not package.json, since settings of pnpm
 * can give a package dependencies that it does not name itself.
 * @see https://pnpm.io/settings#modulescachemaxage
 */
export function pnpmLeftovers({ root, modules, firstParty }: Project): ReadonlySet<string> {
  const store = folderIn(modules, '.pnpm');
  if (store === undefined) return new Set();
  const reached = new Set<string>();
  const waiting: FolderItem[] = [...modules.children.values()].filter((item) => item !== store);
  for (const path of firstParty) waiting.push(...modulesOf(itemAt(root, path)));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const { kind, path } of entriesBelow(next)) {
      const target = kind === 'symlink' ? itemAt(root, path)?.path : undefined;
      if (target === undefined || !target.startsWith(`${store.path}/`)) continue;
      const [name = ''] = target.slice(store.path.length + 1).split('/');
      if (reached.has(name)) continue;
      reached.add(name);
      waiting.push(...modulesOf(store.children.get(name)));
    }
  }
  // Its own node_modules has links to what it holds, for packages that ask for what they do not name.
  const kept = new Set([...reached, 'node_modules']);
  return new Set([...store.children].flatMap(([name, { path }]) => (kept.has(name) ? [] : [path])));
}

function modulesOf(item: FolderItem | undefined): readonly Folder[] {
  const modules = item?.kind === 'folder' ? folderIn(item, 'node_modules') : undefined;
  return modules === undefined ? [] : [modules];
}
