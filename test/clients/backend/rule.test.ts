import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Mutation, modules, mutated } from './model/modules.ts';
import type { ServerFaults } from './model/servers.ts';
import { rightness } from './model/steps.ts';

test('through a thousand cuts, no verdict is used that an event has made untrue', async () => {
  const tally = { cuts: 0, hits: 0 };
  await fc.assert(rightness(modules, {}, tally), { numRuns: 300 });
  expect(tally.cuts).toBeGreaterThan(1_000);
  expect(tally.hits).toBeGreaterThan(1_000);
});

const marks = 'cache/marks.ts';
const cache = 'cache/account-cache.ts';
const questions = 'questions.ts';

const mistakes: Readonly<Record<string, readonly Mutation[]>> = {
  'the stamp of an answer plays no part': [
    {
      file: questions,
      line: 'const answered: Answered = { stamp, askedAt: heard',
      becomes: 'const answered: Answered = { stamp: cache.applied, askedAt: heard',
    },
  ],
  'marks are not looked at': [
    { file: marks, line: 'const isMissed = marks.some(', becomes: 'const isMissed = [].some(' },
  ],
  'marks are forgotten early': [
    { file: marks, line: 'const keptMs = 60_000;', becomes: 'const keptMs = 0;' },
    {
      file: marks,
      line: 'this.#floor = later(this.#floor, position);\n      this.#heardFloor',
      becomes: 'this.#heardFloor',
    },
  ],
  'an answer of another epoch is kept': [
    {
      file: marks,
      line: 'if (stamp === null || stamp.epoch !== this.#applied.epoch) {',
      becomes: 'if (stamp === null) {',
    },
  ],
  'an answer of another epoch is used whatever was heard': [
    { file: marks, line: "marks.length > 0 && !askedOkta ? 'ASK_OKTA' : 'USE'", becomes: "'USE'" },
  ],
  'an answer of before the stream began anew is used': [
    { file: marks, line: 'this.#heardFloor = this.#count;\n  }', becomes: '}' },
  ],
  'a gap drops nothing': [
    {
      file: cache,
      line: 'this.#marks.restart(position);\n    this.clear();',
      becomes: 'this.#marks.restart(position);',
    },
  ],
  'a gap leaves the floor where it was': [
    { file: marks, line: 'this.#floor = position;', becomes: '' },
  ],
  'who joined a question after an event gets its answer': [
    {
      file: questions,
      line: "const isUsable = judgement === 'KEEP'",
      becomes: "const isUsable = judgement === 'ASK_AGAIN' || judgement === 'KEEP'",
    },
  ],
  'an event drops nothing': [
    {
      file: cache,
      line: 'if (event.dropsVerdicts) this.#verdicts.drop',
      becomes: 'if (false) this.#verdicts.drop',
    },
  ],
  'an event without a position leaves open questions alone': [
    { file: marks, line: "if (heardAt > askedAt) return 'ASK_AGAIN';", becomes: '' },
  ],
  'silence plays no part': [
    {
      file: cache,
      line: 'return elapsed < this.#trustedUntil ||',
      becomes: 'return true ||',
    },
  ],
  'a server that hears no others is trusted': [
    { file: cache, line: "if (reach === 'cut off') return;", becomes: '' },
  ],
  'an answer is kept for longer than its token lives': [
    { file: cache, line: 'clock.now() < verdict.expiresAt && ', becomes: '' },
  ],
  'nothing is kept': [
    { file: questions, line: "if (judgement === 'KEEP') cache.keepVerdict(verdict);", becomes: '' },
  ],
};

async function isFound(with_: typeof modules, faults: ServerFaults): Promise<boolean> {
  const property = rightness(with_, faults, { cuts: 0, hits: 0 });
  // The same runs each time, so that a mistake that is hard to find is found each time.
  const { failed } = await fc.check(property, {
    numRuns: 2_000,
    seed: 1,
    endOnFailure: true,
  });
  return failed;
}

test.each(Object.entries(mistakes))('a cache is found out in which %s', async (_, mutations) => {
  expect(await isFound(await mutated(mutations), {})).toBe(true);
});

test.each<[string, ServerFaults]>([
  ['reads the stamp of an answer when it is sent', { stampsLate: true }],
  ['stamps its answers one too high', { stampsOneTooHigh: true }],
  ['numbers its own events before the others have', { numbersNear: true }],
  ['resumes with a hole', { resumesWithHole: true }],
])('a server is found out that %s', async (_, faults) => {
  expect(await isFound(modules, faults)).toBe(true);
});
