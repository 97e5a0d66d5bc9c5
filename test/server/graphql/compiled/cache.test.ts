import { expect, test } from 'vitest';
import { createCompiledDocuments } from '../../../../src/server/graphql/compiled/cache.ts';

const megabyte = 2 ** 20;
const offer = (isPersisted: boolean) => ({
  isPersisted,
  isOfService: !isPersisted,
  weight: megabyte,
  compile: () => ({}),
});

test('persisted documents are compiled up to 5 MiB, and those of services and of anyone replace one another within 3 MiB each', () => {
  const documents = createCompiledDocuments<object>();
  for (let id = 0; id < 20; id += 1) {
    documents.offer(`persisted-${id}`, offer(true));
    for (let time = 0; time < 2; time += 1) documents.offer(`other-${id}`, offer(false));
    for (let time = 0; time < 8; time += 1) {
      documents.offer(`anyone-${id}`, { ...offer(false), isOfService: false });
    }
  }
  const full = { entries: 3, bytes: 3 * megabyte };
  expect(documents.sizes()).toEqual({
    persisted: { entries: 5, bytes: 5 * megabyte },
    ofServices: full,
    ofAnyone: full,
    seen: 60,
  });
  expect(documents.get('persisted-0')).toBeDefined();
  expect(documents.get('persisted-5')).toBeUndefined();
  for (const of of ['other', 'anyone']) {
    expect(documents.get(`${of}-19`)).toBeDefined();
    expect(documents.get(`${of}-0`)).toBeUndefined();
  }
});

test('more documents than there is room for, sent in turn, are compiled no more than once in eight times', () => {
  const documents = createCompiledDocuments<object>();
  let compiled = 0;
  const compile = () => {
    compiled += 1;
    return {};
  };
  const [kinds, rounds] = [150, 40];
  for (let round = 0; round < rounds; round += 1) {
    for (let id = 0; id < kinds; id += 1) {
      const shape = `anyone-${id}`;
      if (documents.get(shape) !== undefined) continue;
      documents.offer(shape, { isPersisted: false, isOfService: false, weight: 1, compile });
    }
  }
  expect(compiled).toBeGreaterThan(kinds);
  expect(compiled).toBeLessThanOrEqual((kinds * rounds) / 8);
});

test('a document that no cache has room for is never compiled', () => {
  const documents = createCompiledDocuments<object>();
  const compile = (): object => {
    throw new Error('It was compiled.');
  };
  const heavy = { isPersisted: false, isOfService: true, weight: 4 * megabyte, compile };
  for (let time = 0; time < 20; time += 1) documents.offer('heavy', heavy);
  expect(documents.get('heavy')).toBeUndefined();
});
