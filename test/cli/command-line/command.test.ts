import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { readArguments } from '../../../src/cli/command-line/arguments.ts';
import { type Command, defineCommand } from '../../../src/cli/command-line/command.ts';
import { commandUsage, programUsage } from '../../../src/cli/command-line/usage.ts';
import { commands } from '../../../src/cli/commands.ts';
import { build, cli } from '../../support/built.ts';
import { spawnApi } from '../../support/program.ts';

beforeAll(build, 60_000);

/** What the program says to the arguments, and how it ends. */
async function run(...args: string[]) {
  const cwd = mkdtempSync(join(tmpdir(), 'command-'));
  const program = spawnApi({ args: [cli, ...args], env: { PORT: 'not a port' }, cwd });
  const [out, err] = [program.child.stdout, program.child.stderr];
  let [stdout, stderr] = ['', ''];
  out.on('data', (chunk) => {
    stdout += chunk;
  });
  err.on('data', (chunk) => {
    stderr += chunk;
  });
  return { code: await program.exit, stdout, stderr };
}

test('--help prints every command, whatever the settings are', async () => {
  const { code, stdout, stderr } = await run('--help');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^Usage: okta-account-api <command>/);
  for (const { name, summary } of commands) {
    expect(stdout).toMatch(new RegExp(`^  ${name} +${summary}$`, 'm'));
  }
});

test('--version prints the version of the package', async () => {
  const file = new URL('../../../package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  const { code, stdout } = await run('--version');
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${version}\n` });
});

test('a misused command ends the program with 64, its usage on stderr, and nothing served', async () => {
  const { code, stdout, stderr } = await run('schema', '--verbose');
  expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
  expect(stderr).toContain("Unknown option '--verbose'");
  expect(stderr).toContain('Usage: okta-account-api schema');
});

test('an unknown command ends the program with 64 and the list of commands', async () => {
  // The argument by which the program starts its workers is no command of a person.
  const { code, stdout, stderr } = await run('worker');
  expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
  expect(stderr).toMatch(/^Unknown command: worker\n\nUsage: okta-account-api <command>/);
});

const given: unknown[] = [];
const cook = defineCommand({
  name: 'cook',
  summary: 'Cook.',
  details: 'Cooks.',
  options: {
    port: { kind: 'port', help: 'A port.' },
    recipe: { kind: 'text', value: 'file', help: 'A recipe,\nin two lines.' },
    heat: { kind: 'choice', choices: ['low', 'high'], help: 'How hot.' },
    salted: { kind: 'flag', help: 'With salt.' },
  },
  async run(values) {
    given.push(values);
  },
});
const serve = defineCommand({ ...cook, name: 'serve', options: {} });
const kitchen: readonly [Command, ...Command[]] = [serve, cook];
const read = (...args: string[]) => readArguments(args, kitchen);

test.each([
  ['an unknown option', ['cook', '--fast'], "Unknown option '--fast'"],
  ['an unknown short option', ['cook', '-x'], "Unknown option '-x'"],
  ['an option where there is no command', ['--port=1'], "Unknown option '--port'"],
  ['a value for a flag', ['cook', '--salted=much'], 'does not take an argument'],
  ['a value for --help', ['--help=me'], 'does not take an argument'],
  ['no value', ['cook', '--recipe'], "'--recipe <value>' argument missing"],
  ['another option in place of the value', ['cook', '--recipe', '--salted'], 'ambiguous'],
  ['an empty value', ['cook', '--recipe='], "'--recipe' needs a value"],
  ['a value that is none of the choices', ['cook', '--heat=mild'], "'--heat' is one of: low, high"],
  ['a port that is no number', ['cook', '--port=http'], "'--port' is a port, from 0 to 65535"],
  ['a port that is too high', ['cook', '--port', '65536'], "'--port' is a port, from 0 to 65535"],
  ['an option twice', ['cook', '--port=1', '--port=2'], "'--port' is given twice"],
  ['an argument', ['cook', 'soup'], 'Unexpected argument: soup'],
  ['an argument after --', ['cook', '--', '--fast'], 'Unexpected argument: --fast'],
  ['an unknown command', ['bake'], 'Unknown command: bake'],
  ['an empty command', [''], 'Unknown command: '],
])('%s is refused, in one sentence', (_what, args, problem) => {
  const asked = read(...args);
  expect(asked).toMatchObject({ kind: 'misuse', problem: expect.stringContaining(problem) });
  // Node's advice on arguments with a hyphen helps with none of our commands.
  expect(asked).not.toMatchObject({ problem: expect.stringMatching(/positional|\n/) });
});

test('the options reach the command, and null stands for those that were not given', async () => {
  const asked = read('cook', '--heat', 'low', '--salted', '--port=0');
  if (asked.kind === 'run') await asked.run();
  const nothing = read('cook');
  if (nothing.kind === 'run') await nothing.run();
  expect(given).toEqual([
    { port: 0, recipe: null, heat: 'low', salted: true },
    { port: null, recipe: null, heat: null, salted: false },
  ]);
});

test('no argument at all means the first command', () => {
  expect(read()).toMatchObject({ kind: 'run' });
});

test.each([
  ['the program', ['-h'], null],
  ['the command before it', ['cook', '--port=1', '--help'], cook],
  ['the command after it', ['--help', 'cook'], cook],
])('--help is the help of %s', (_what, args, command) => {
  expect(read(...args)).toEqual({ kind: 'help', command });
});

test.each([['-v'], ['--version'], ['cook', '--version']])(
  '%s %s asks for the version',
  (...args) => {
    expect(read(...args)).toEqual({ kind: 'version' });
  },
);

test('the help of a command shows each option with its values', () => {
  expect(commandUsage(cook)).toBe(`Usage: okta-account-api cook [options]

Cooks.

Options:
  --port <port>       A port.
  --recipe <file>     A recipe,
                      in two lines.
  --heat <low|high>   How hot.
  --salted            With salt.
  -h, --help          Print this text.
`);
});

const helps = [
  { name: 'the program', text: programUsage(commands) },
  ...commands.map((command) => ({ name: command.name, text: commandUsage(command) })),
];

test.each(helps)('the help of $name is readable at 80 columns', ({ text }) => {
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
});
