import { type Step, textOf } from '../../org/plan.ts';
import { wrap } from '../command-line/wrap.ts';

const signs = { create: '+', change: '~', keep: '=', forbidden: '!' } as const;

/** One step, in a line where its name is not too long. @param head what the line begins with */
export function stepLine({ resource, action }: Step, head = ''): string {
  return wrap(resource.name, `${head}${signs[action]} ${resource.kind.padEnd(25)} `);
}

/** With what changes, old -> new. */
export function stepText(step: Step): string {
  const details = step.changes.flatMap(({ path, from, to }) => [
    `    ${path}`,
    wrap(`${textOf(from)} -> ${textOf(to)}`, '      '),
  ]);
  return [stepLine(step), ...details].join('\n');
}

export function summaryText(steps: readonly Step[]): string {
  const count = (action: Step['action']) => steps.filter((step) => step.action === action).length;
  const sum = `${count('create')} to create, ${count('change')} to change, ${count('keep')} as they should be.`;
  const forbidden = count('forbidden');
  return forbidden === 0 ? sum : `${sum}\n${forbidden} that Okta does not allow, marked by !.`;
}
