import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where blobs are kept: `--store`, else `$BLOCK_PACK_STORE`, else the user's cache as the XDG base directory specification has it. */
export function storePlace(option: string | undefined, directory: string, env: NodeJS.ProcessEnv): string {
  if (option !== undefined) return resolve(directory, option);
  if (env.BLOCK_PACK_STORE) return resolve(directory, env.BLOCK_PACK_STORE);
  const cache = env.XDG_CACHE_HOME;
  // The specification has relative paths ignored.
  return join(cache?.startsWith('/') ? cache : join(homedir(), '.cache'), 'block-pack');
}
