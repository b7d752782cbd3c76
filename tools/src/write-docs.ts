import { writeFileSync } from 'node:fs';
import { renewedReadmes } from './faces.ts';
import { root } from './workspace.ts';

for (const { file, text } of renewedReadmes()) writeFileSync(root + file, text);
