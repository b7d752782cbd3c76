/** A call of block-pack that a page shows and no test runs in its page, and the test that runs it elsewhere. */
export interface ShownCall {
  readonly file: string;
  /** Its words, without `npx`. */
  readonly call: string;
  readonly why: string;
  /** Runs the command with these options. */
  readonly test: string;
}

/** Everything else that the guide shows is run where it stands. */
export const shownCalls: readonly ShownCall[] = [
  {
    file: 'README.md',
    call: 'block-pack java allure-2.40.0',
    why: 'two releases of a real application have to be fetched, as `npm run demo` does',
    test: 'e2e/src/real-applications.test.ts',
  },
  {
    file: 'docs/guide/python.md',
    call: 'block-pack python .venv --pyc unchecked-hash',
    why: 'wants an environment with a real Python',
    test: 'e2e/src/python-bytecode.test.ts',
  },
  {
    file: 'docs/guide/python.md',
    call: 'block-pack python wheels --pyc unchecked-hash --pyc-python python3.11',
    why: 'wants this very Python',
    test: 'packages/cli/src/python-bytecode.test.ts',
  },
];
