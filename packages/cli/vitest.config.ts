import { mergeConfig } from 'vitest/config';
import { tidy } from '../../vitest.shared.ts';

export default mergeConfig(tidy, {
  test: {
    globalSetup: ['src/testing/built-cli.ts'],
    // A test waits for the command that it calls, so one worker leaves a processor idle.
    maxWorkers: 2,
  },
});
