/**
 * The plug-in of this workspace for this workspace. Before the first build, and in the moments in which it is built anew, it is not there: then
 * there are no tasks of block-pack, and `npm ci`, builds and tests work as without it.
 */
export const createNodes = await import('@block-pack/nx').then(
  (plugin) => plugin.createNodes,
  (error) => {
    if (error.code === 'ERR_MODULE_NOT_FOUND') return ['**/block-pack.config.json', () => []];
    throw error;
  },
);
