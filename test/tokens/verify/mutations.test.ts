import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { context, encode, type Rig, startRig } from '../issuer.ts';

let rig: Rig;
let token: string;

beforeAll(async () => {
  rig = await startRig();
  token = rig.token();
});

afterAll(() => rig.org.close());

const options = fc.record({
  freshness: fc.constantFrom('LOCAL' as const, 'INTROSPECT' as const),
  from: fc.constantFrom('CUSTOMERS' as const, 'SERVICES' as const),
  opaque: fc.constantFrom('INTROSPECT' as const, 'REFUSE' as const),
});
const at = fc.nat({ max: 2000 });
const text = fc.string({ unit: 'binary', maxLength: 12 });
const part = fc.nat({ max: 2 });

const edits = fc.oneof(
  fc.record({ at, text }).map((edit) => (of: string) => {
    const index = edit.at % of.length;
    return of.slice(0, index) + edit.text + of.slice(index + edit.text.length);
  }),
  fc.record({ at, text }).map((edit) => (of: string) => {
    const index = edit.at % of.length;
    return of.slice(0, index) + edit.text + of.slice(index);
  }),
  fc.record({ at, length: fc.nat({ max: 400 }) }).map((cut) => (of: string) => {
    const index = cut.at % of.length;
    return of.slice(0, index) + of.slice(index + cut.length);
  }),
  fc.record({ part, json: fc.json() }).map((swap) => (of: string) => {
    const parts = of.split('.');
    parts[swap.part] = encode(swap.json);
    return parts.join('.');
  }),
  fc.record({ from: part, to: part }).map((swap) => (of: string) => {
    const parts = of.split('.');
    parts[swap.to] = parts[swap.from] ?? '';
    return parts.join('.');
  }),
);

it('calls no altered token active, and answers every one of them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(edits, { minLength: 1, maxLength: 3 }), options, async (all, how) => {
      const altered = all.reduce((of, edit) => (of === '' ? of : edit(of)), token);
      fc.pre(altered !== token);
      const verdict = await rig.verifier.verify(altered, how, context);
      expect(verdict.active).toBe(false);
    }),
    { numRuns: 1500 },
  );
  const untouched = { freshness: 'LOCAL', from: 'CUSTOMERS', opaque: 'INTROSPECT' } as const;
  expect((await rig.verifier.verify(token, untouched, context)).active).toBe(true);
});

it('answers to signed claims of every kind without throwing', async () => {
  const value = fc.oneof(fc.jsonValue(), fc.double(), fc.constant('api://default'));
  const names = ['aud', 'cid', 'sub', 'uid', 'scp', 'iat', 'nbf', 'exp', 'cnf', '__proto__'];
  const changes = fc.dictionary(fc.constantFrom(...names), value, { minKeys: 1 });
  await fc.assert(
    fc.asyncProperty(changes, options, async (claims, how) => {
      const verdict = await rig.verifier.verify(rig.token(claims), how, context);
      expect(typeof verdict.active).toBe('boolean');
    }),
    { numRuns: 300 },
  );
});
