import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blobStoreContract } from '@block-pack/core/testing';
import { afterAll } from 'vitest';
import { openStore } from './open-store.ts';

const home = mkdtempSync(join(tmpdir(), 'block-pack-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

blobStoreContract('a store on disk', () => openStore(mkdtempSync(join(home, 'store-')), { create: true }));
