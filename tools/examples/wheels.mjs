import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { corpus, makeOnce, run } from '../../e2e/corpus/commands.mjs';

/** The same wheels whatever machine fetches them. */
const target = ['--platform', 'manylinux2014_x86_64', '--python-version', '3.11', '--implementation', 'cp'];

/**
 * A directory of wheels; fetched once, and again when what is wanted changes.
 * @param requirements such as `six==1.17.0`
 * @param source the file that names them
 * @returns its directory
 */
export function wheels(name, requirements, source) {
  const folder = join(corpus, 'wheels', name);
  makeOnce(folder, [import.meta.filename, source], () => {
    // Systems have Python without pip; an environment brings its own.
    const tools = `${folder}.tools`;
    run('making an environment', 'python3', '-m', 'venv', tools);
    const pip = ['-m', 'pip', '--quiet', '--disable-pip-version-check'];
    const words = ['download', '--no-deps', '--only-binary', ':all:', ...target, '--dest', folder];
    run(`fetching wheels of ${name}`, join(tools, 'bin/python'), ...pip, ...words, ...requirements);
    rmSync(tools, { recursive: true });
  });
  return folder;
}
