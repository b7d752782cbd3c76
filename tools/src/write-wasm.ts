import { writeFileSync } from 'node:fs';
import { assemblyPrograms, carrierOf, carrierText } from './assembled.ts';
import { root } from './workspace.ts';

for (const program of assemblyPrograms())
  writeFileSync(root + carrierOf(program), await carrierText(program));
