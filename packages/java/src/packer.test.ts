import { fakeInput, packerContract } from '@block-pack/core/testing';
import { createJavaPacker } from './packer.ts';

const packer = () => createJavaPacker({ evidence: [], repositories: [], applications: [] });

packerContract('a library directory', packer, () =>
  fakeInput({
    'asm-9.7.jar': 'one',
    'sub/guava-33.0.0-jre.jar': 'three',
    'README.txt': 'read',
    'empty/': '',
  }),
);
