import type { Command, Option } from './command.ts';

const program = 'okta-account-api';

const helpLine = ['-h, --help', 'Print this text.'] as const;

export function programUsage(commands: readonly Command[]): string {
  return `Usage: ${program} <command> [options]

Commands:
${table(commands.map(({ name, summary }) => [name, summary]))}

Options:
${table([
  ['-h, --help', 'Print this text; after a command, its help.'],
  ['-v, --version', 'Print the version.'],
])}

All other settings are environment variables, or lines of the file .env.
`;
}

export function commandUsage({ name, details, options }: Command): string {
  const rows = Object.entries(options).map(([option, each]) => [form(option, each), each.help]);
  return `Usage: ${program} ${name}${rows.length > 0 ? ' [options]' : ''}

${details}

Options:
${table([...rows, helpLine])}
`;
}

function form(name: string, option: Option): string {
  switch (option.kind) {
    case 'flag':
      return `--${name}`;
    case 'text':
      return `--${name} <${option.value}>`;
    case 'choice':
      return `--${name} <${option.choices.join('|')}>`;
    case 'port':
      return `--${name} <port>`;
  }
}

/** A help of several lines continues below its own column. */
function table(rows: readonly (readonly string[])[]): string {
  const width = Math.max(...rows.map(([left = '']) => left.length)) + 3;
  return rows
    .map(([left = '', right = '']) => {
      const text = right.replaceAll('\n', `\n  ${' '.repeat(width)}`);
      return `  ${left.padEnd(width)}${text}`;
    })
    .join('\n');
}
