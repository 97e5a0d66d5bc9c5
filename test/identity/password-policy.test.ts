import { describe, expect, test } from 'vitest';
import {
  brokenRules,
  type PasswordCandidate,
  type PasswordPolicy,
  requirementsOf,
} from '../../src/identity/password-policy.ts';

const none: PasswordPolicy = {
  minLength: 0,
  maxLength: 72,
  minLowerCase: 0,
  minUpperCase: 0,
  minNumber: 0,
  minSymbol: 0,
  maxRepeats: null,
  excludesLogin: false,
  excludesFirstName: false,
  excludesLastName: false,
  excludesCommon: false,
  historyCount: 0,
  minAgeMinutes: 0,
  maxAgeDays: 0,
};
const strict: PasswordPolicy = {
  ...none,
  minLength: 8,
  minLowerCase: 1,
  minUpperCase: 1,
  minNumber: 1,
  minSymbol: 1,
  maxRepeats: 2,
  excludesLogin: true,
  excludesFirstName: true,
  excludesLastName: true,
};
const ada = { login: 'ada.lovelace@engine.example.shop', firstName: 'Ada', lastName: 'Lovelace' };
const broken = (policy: Partial<PasswordPolicy>, candidate: PasswordCandidate) =>
  brokenRules({ ...none, ...policy }, candidate);

describe('a password', () => {
  test('that meets every rule breaks none', () => {
    expect(brokenRules(strict, { ...ada, password: 'Correct-Horse-7' })).toEqual([]);
  });

  test('breaks every rule that it breaks, in the order of the form', () => {
    expect(brokenRules(strict, { ...ada, password: 'aaa' })).toEqual([
      'TOO_SHORT',
      'NO_UPPER_CASE',
      'NO_NUMBER',
      'NO_SYMBOL',
      'REPEATS_CHARACTER',
    ]);
    expect(brokenRules(strict, { ...ada, password: '' })).toEqual([
      'TOO_SHORT',
      'NO_LOWER_CASE',
      'NO_UPPER_CASE',
      'NO_NUMBER',
      'NO_SYMBOL',
    ]);
  });

  test.each([
    [{ minLength: 8 }, '1234567', ['TOO_SHORT']],
    [{ minLength: 8 }, '12345678', []],
    [{}, 'x'.repeat(72), []],
    [{}, 'x'.repeat(73), ['TOO_LONG']],
    [{ minLowerCase: 1 }, 'ABC', ['NO_LOWER_CASE']],
    [{ minLowerCase: 1 }, 'ABß', []],
    [{ minUpperCase: 2 }, 'Abc', ['NO_UPPER_CASE']],
    [{ minUpperCase: 1 }, 'Éa', []],
    [{ minNumber: 1 }, 'a٣', ['NO_NUMBER']],
    [{ minNumber: 1 }, 'a3', []],
    [{ minSymbol: 1 }, 'a 1é', ['NO_SYMBOL']],
    [{ maxRepeats: 2 }, 'xxyxx', []],
    [{ maxRepeats: 2 }, 'xxyyyx', ['REPEATS_CHARACTER']],
    [{ maxRepeats: 1 }, '😀😀', ['REPEATS_CHARACTER']],
  ] as const)('under %j: %s breaks %j', (policy, password, rules) => {
    expect(broken(policy, { password })).toEqual(rules);
  });

  test.each([...'!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'])('has a symbol in %s', (symbol) => {
    expect(broken({ minSymbol: 1 }, { password: `a${symbol}1` })).toEqual([]);
  });

  test.each([
    ['a whole part', 'xLOVELACEx', ['CONTAINS_LOGIN']],
    ['a part of the domain', 'engine-1', ['CONTAINS_LOGIN']],
    ['part of a part', 'lovelac', []],
    ['a part of three characters', 'ada', []],
    ['the top-level domain', 'shop', []],
  ])('with %s of the login', (_, password, rules) => {
    expect(broken({ excludesLogin: true }, { password, login: ada.login })).toEqual(rules);
    expect(broken({}, { password, login: ada.login })).toEqual([]);
    expect(broken({ excludesLogin: true }, { password })).toEqual([]);
  });

  test.each([
    [{ excludesFirstName: true }, 'xxADAxx', ['CONTAINS_NAME']],
    [{ excludesLastName: true }, 'xxADAxx', []],
    [{ excludesLastName: true }, 'lovelace', ['CONTAINS_NAME']],
    [{}, 'ada lovelace', []],
  ] as const)('with a name in it, under %j: %s breaks %j', (policy, password, rules) => {
    expect(broken(policy, { ...ada, password })).toEqual(rules);
    expect(broken(policy, { password, firstName: ' ', lastName: null })).toEqual([]);
  });
});

test('a policy in words names what it asks for and nothing else', () => {
  expect(requirementsOf(none)).toEqual(['at most 72 characters']);
  expect(requirementsOf(strict)).toEqual([
    'at least 8 characters',
    'at most 72 characters',
    'a lowercase letter',
    'an uppercase letter',
    'a number',
    'a symbol',
    'no character more than 2 times in a row',
    'no parts of your username',
    'does not include your first name',
    'does not include your last name',
  ]);
});
