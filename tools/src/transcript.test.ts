import { expect, test } from 'vitest';
import { comparable, outputPattern, parseTranscript } from './transcript.ts';

test('a transcript is commands, each with its exit code and what it prints', () => {
  expect(parseTranscript('$ block-pack ls\n$ block-pack inspect x\n? 3\nNo.\n', 10)).toEqual([
    { command: 'block-pack ls', exitCode: 0, output: [], line: 10 },
    { command: 'block-pack inspect x', exitCode: 3, output: ['No.', ''], line: 11 },
  ]);
});

test('lines of a document that a command is given stand behind ">", as a shell asks for them', () => {
  expect(parseTranscript("$ cat > a <<'END'\n> one\n> END\n$ npm run x\n> x\n", 1)).toMatchObject([
    { command: "cat > a <<'END'\none\nEND", output: [] },
    { command: 'npm run x', output: ['> x', ''] },
  ]);
});

test('a transcript begins with a command', () => {
  expect(() => parseTranscript('block-pack ls', 10)).toThrow('line 10: expected a command behind "$ "');
});

test.each([
  ['a line is taken literally', ['2 blocks (1.0 kB)'], '2 blocks (1.0 kB)\n', true],
  ['a point is no placeholder', ['1.0 kB'], '1x0 kB\n', false],
  ['[..] is any text within a line', ['in [..] s'], 'in 0.3 s\n', true],
  ['[..] ends with its line', ['in [..] s'], 'in 0.3\n s\n', false],
  ['... is any number of lines', ['first', '...', 'last'], 'first\na\nb\nlast\n', true],
  ['... may be no line', ['first', '...', 'last'], 'first\nlast\n', true],
  ['a missing line is seen', ['first', 'last'], 'first\n', false],
  ['a spare line is seen', ['first'], 'first\nlast\n', false],
  ['no output is no output', [], '', true],
])('%s', (_, lines, output, matches) => {
  expect(outputPattern(lines).test(comparable(output))).toBe(matches);
});
