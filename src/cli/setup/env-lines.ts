import { parseEnv } from 'node:util';

/** By name; null: the setting contradicts the new ones. */
export type SettingEntries = ReadonlyMap<string, string | null>;

/** A setting with its value, which in quotes may go over several lines. */
const setting =
  /^[^\S\n]*(?:export[^\S\n]+)?([A-Z][A-Z0-9_]*)[^\S\n]*=(?:[^\S\n]*("[^"]*"|'[^']*'|`[^`]*`))?[^\n]*/gm;

/**
 * The text of an env file with these settings. An old value becomes a comment, so that it is not lost,
 * and all other lines stay as they are.
 */
export function withSettings(text: string, settings: SettingEntries): string {
  const done = new Set<string>();
  const replaced = text.replace(setting, (line: string, name: string) => {
    const value = settings.get(name);
    if (value === undefined) return line;
    // If a variable has two lines, the last one counts.
    const own = value === null || done.has(name) ? null : settingLine(name, value);
    done.add(name);
    // With its own quotes and its own comment.
    if (own !== null && parseEnv(line)[name] === value) return line;
    return [asComment(line), ...(own === null ? [] : [own])].join('\n');
  });
  const added = [...settings].flatMap(([name, value]) =>
    value === null || done.has(name) ? [] : [settingLine(name, value)],
  );
  const kept = replaced === '' || replaced.endsWith('\n') ? replaced : `${replaced}\n`;
  return kept + added.map((line) => `${line}\n`).join('');
}

function settingLine(name: string, value: string): string {
  return /^[\w.:/@+=,-]*$/.test(value) ? `${name}=${value}` : `${name}="${value}"`;
}

function asComment(line: string): string {
  return `# Before setup: ${line.trim().replaceAll('\n', '\n# ')}`;
}
