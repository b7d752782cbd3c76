import { dirname } from 'node:path';
import { StoreLayout } from '../layout.ts';
import { checkWritable } from '../target-file.ts';
import { archiveFile } from './archive-output.ts';
import type { Place } from './place.ts';
import { refuseOther } from './refuse-other.ts';

/**
 * Says before the work what publishing would say behind it: that the place is something else, or cannot be written.
 * @throws OUTPUT_REFUSED
 */
export function checkTarget({ kind, path }: Place): void {
  if (kind === 'oci') {
    refuseOther(new StoreLayout(path));
    checkWritable(path);
  } else {
    const file = archiveFile(path);
    if (file !== undefined) checkWritable(dirname(file));
  }
}
