import { mergeConfig } from 'vitest/config';
import shared from '../../vitest.shared.ts';

export default mergeConfig(shared, {
  test: {
    globalSetup: ['src/testing/built-cli.ts'],
    // A test waits for the command that it calls, so one worker leaves a processor idle.
    maxWorkers: 2,
  },
});
