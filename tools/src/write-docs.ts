import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { configurationSchema } from '@block-pack/config';
import { renewedReadmes } from './faces.ts';
import { root } from './workspace.ts';

for (const { file, text } of renewedReadmes()) writeFileSync(root + file, text);
const schema = `${root}packages/cli/schema/config.v1.schema.json`;
writeFileSync(schema, `${JSON.stringify(configurationSchema(), undefined, 2)}\n`);
execFileSync('npx', ['biome', 'format', '--write', schema], { cwd: root });
