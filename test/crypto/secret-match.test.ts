import { expect, test } from 'vitest';
import { createSecretMatch } from '../../src/crypto/secret-match.ts';

interface Owner {
  readonly name: string;
  readonly secret: string;
}

const ada = { name: 'ada', secret: 'the secret of ada' };
const bob = { name: 'bob', secret: 'the sécret of bob' };

test('a secret is found as bytes and as a text, and any other has no owner', () => {
  const find = createSecretMatch<Owner>(
    () => [ada, bob],
    ({ secret }) => secret,
  );
  expect(find([ada.secret])).toBe(ada);
  expect(find([Buffer.from(bob.secret)])).toBe(bob);
  expect(find(['wrong', bob.secret])).toBe(bob);
  expect(find([`${ada.secret} `])).toBeNull();
  expect(find([''])).toBeNull();
  expect(find([])).toBeNull();
});

test('another list of owners counts from the next secret on', () => {
  let owners: readonly Owner[] = [ada];
  const find = createSecretMatch<Owner>(
    () => owners,
    ({ secret }) => secret,
  );
  expect(find([bob.secret])).toBeNull();
  owners = [bob];
  expect(find([bob.secret])).toBe(bob);
  expect(find([ada.secret])).toBeNull();
});
