/** Preloaded into a measured process: leaves its peak memory, in KiB, where the bench asked for it. */
import { writeFileSync } from 'node:fs';

process.on('exit', () => writeFileSync(process.env.BENCH_USAGE_FILE, String(process.resourceUsage().maxRSS)));
