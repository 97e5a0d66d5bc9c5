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
