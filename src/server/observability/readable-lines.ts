import { inspect } from 'node:util';

type Members = Readonly<Record<string, unknown>>;
type Style = 'dim' | 'yellow' | 'red';

/** What the first words of a line say already, or what only a machine needs. */
const unwritten: ReadonlySet<string> = new Set([
  ...['level', 'time', 'event', 'msg', 'requestId', 'durationMs', 'error', 'failure', 'failures'],
  ...['path', 'operationType', 'operationName', 'fields', 'outcomes', 'status', 'task', 'action'],
  ...['outcome', 'providerCalls', 'oktaRequestIds', 'emailHash', 'clientIp'],
]);
const styles: Readonly<Record<string, Style>> = { warn: 'yellow', error: 'red', fatal: 'red' };

/**
 * A JSON line of the log as text for a person: `22:14:03 logIn LogInSuccess 43 ms req=5f2c`, with
 * errors and their frames below. The time is local. Anything else than JSON stays as it is.
 */
export function readableLine(json: string, { hasColors }: { readonly hasColors: boolean }): string {
  const line = parse(json);
  if (line === null) return json;
  const { time, level, requestId, durationMs } = line;
  const paint = (style: Style, text: string) => (hasColors ? painted(style, text) : text);
  const style = styles[String(level)];
  const words = [
    paint('dim', clockOf(time)),
    style === undefined ? '' : paint(style, String(level).toUpperCase()),
    headOf(line),
    typeof durationMs === 'number' ? `${durationMs} ms` : '',
    ...Object.entries(line)
      .filter(([name, value]) => !unwritten.has(name) && !isNothing(value))
      .map(([name, value]) => paint('dim', `${name}=${textOf(value)}`)),
    isNothing(requestId) ? '' : paint('dim', `req=${textOf(requestId)}`),
  ];
  const text = words.filter(Boolean).join(' ');
  return [text, ...failuresOf(line).map((detail) => `  ${detail}`), ''].join('\n');
}

/** By ANSI codes. */
function painted(style: Style, text: string): string {
  const [on, off] = inspect.colors[style] ?? [0, 0];
  return `\u001b[${on}m${text}\u001b[${off}m`;
}

function parse(json: string): Members | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' ? (value as Members | null) : null;
  } catch {
    return null;
  }
}

function clockOf(time: unknown): string {
  const date = new Date(String(time));
  return Number.isNaN(date.getTime()) ? '' : date.toTimeString().slice(0, 8);
}

/** What happened. */
function headOf({ event, msg, path, fields, outcomes, status, task, ...line }: Members): string {
  switch (event) {
    case 'request': {
      const what = isNothing(fields) ? path : fields;
      return textsOf(what, isNothing(outcomes) ? status : outcomes);
    }
    case 'background':
      return textsOf(task);
    case 'audit':
      return textsOf(event, line['action'], line['outcome']);
    default:
      return `${textsOf(event)} ${printable(String(msg))}`;
  }
}

function textsOf(...values: readonly unknown[]): string {
  return values
    .flat()
    .filter((value) => !isNothing(value))
    .map(textOf)
    .join(' ');
}

/** Each failure, each cause and each frame is a line. */
function failuresOf({ error, failure, failures, providerCalls }: Members): readonly string[] {
  const failed = [failure, failures, providerCalls].flat().map(reasonsOf).filter(Boolean);
  return typeof error === 'string'
    ? [printable(error), ...failed]
    : [...described(error), ...failed];
}

function reasonsOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return '';
  const { endpoint, status, oktaRequestId, failure, ...rest } = value as Members;
  if (endpoint === undefined) return textsOf(...Object.values(rest));
  return isNothing(failure) ? '' : `Okta: ${textsOf(endpoint, status, failure, oktaRequestId)}`;
}

function described(error: unknown): readonly string[] {
  if (typeof error !== 'object' || error === null) return [];
  const { name, reason, frames, cause } = error as Members;
  const own = [textsOf(name, reason), ...[frames].flat().map((frame) => `  ${textsOf(frame)}`)];
  const [first, ...more] = described(cause);
  return first === undefined ? own : [...own, `caused by ${first}`, ...more];
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0);
}

function textOf(value: unknown): string {
  return printable(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
}

/** Okta's texts are logged too, and a control character could rewrite the terminal. */
function printable(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (sign) => `\\u${(sign.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}
