import { expect, it } from 'vitest';
import { InvalidCredentials, RefreshTokenRejected } from '../../src/identity/errors.ts';
import { SessionNotFound } from '../../src/identity/own-account-errors.ts';
import { sessionIdOf } from '../../src/tokens/token/unverified.ts';
import { type Account, type ContractOrg, context, makeAccount, newPassword } from './org.ts';

const nobody = '00uNobodyHasThisId00';
const noSession = 'oarNoSessionHasThis0';

interface Opened {
  readonly id: string;
  readonly refreshToken: string;
}

/** The part of the contract about the sessions of an account, and about its end. */
export function describeSessionList(org: () => ContractOrg): void {
  const open = async (account: Account): Promise<Opened> => {
    const outcome = await org().provider.logIn(account, context());
    if (outcome.kind !== 'tokens') throw new Error(`logged in to ${outcome.kind}`);
    const { accessToken, refreshToken } = outcome.tokens;
    const { claims } = jwt(accessToken);
    return { id: sessionIdOf(claims) ?? '', refreshToken: refreshToken ?? '' };
  };
  const refresh = ({ refreshToken }: Opened) => org().provider.refresh(refreshToken, context());
  const list = (userId: string) => org().provider.findSessions(userId, context());

  it('lists the log-ins of an account under the ids that their access tokens bear', async () => {
    const account = await makeAccount(org());
    const before = Date.now() - 3_600_000;
    const ids = [(await open(account)).id, (await open(account)).id];
    const sessions = await list(account.user.id);
    expect(sessions.map(({ id }) => id).sort()).toEqual(ids.sort());
    for (const { createdAt, lastUsedAt, expiresAt, clientId } of sessions) {
      expect(clientId).toBe(org().clientId);
      expect(createdAt.getTime()).toBeGreaterThan(before);
      expect(lastUsedAt.getTime()).toBeGreaterThanOrEqual(createdAt.getTime());
      expect(expiresAt?.getTime()).toBeGreaterThan(Date.now());
    }
  });

  it('has no sessions for an account that never logged in, and for none at all', async () => {
    const { user } = await makeAccount(org());
    expect(await list(user.id)).toEqual([]);
    expect(await list(nobody)).toEqual([]);
  });

  it('ends one session and leaves the other', async () => {
    const account = await makeAccount(org());
    const [one, other] = [await open(account), await open(account)];
    await org().provider.endSession(account.user.id, one.id, context());
    await expect(refresh(one)).rejects.toBeInstanceOf(RefreshTokenRejected);
    expect((await list(account.user.id)).map(({ id }) => id)).toEqual([other.id]);
    await refresh(other);
  });

  it('ends no session of another account', async () => {
    const session = await open(await makeAccount(org()));
    const { user } = await makeAccount(org());
    for (const id of [session.id, noSession, '..', '']) {
      const ended = org().provider.endSession(user.id, id, context());
      await expect(ended).rejects.toBeInstanceOf(SessionNotFound);
    }
    await refresh(session);
  });

  it('ends all sessions but one, and says how many', async () => {
    const account = await makeAccount(org());
    const kept = await open(account);
    const others = [await open(account), await open(account)];
    const ended = await org().provider.endOtherSessions(account.user.id, kept.id, context());
    expect(ended).toBe(2);
    for (const other of others) {
      await expect(refresh(other)).rejects.toBeInstanceOf(RefreshTokenRejected);
    }
    await refresh(kept);
  });

  it('ends nothing where there is no session to keep', async () => {
    const account = await makeAccount(org());
    const session = await open(account);
    const ended = org().provider.endOtherSessions(account.user.id, noSession, context());
    await expect(ended).rejects.toBeInstanceOf(SessionNotFound);
    await refresh(session);
  });

  it('ends every session', async () => {
    const account = await makeAccount(org());
    const session = await open(account);
    await org().provider.endAllSessions(account.user.id, context());
    await expect(refresh(session)).rejects.toBeInstanceOf(RefreshTokenRejected);
    expect(await list(account.user.id)).toEqual([]);
  });
}

export function describeDeletion(org: () => ContractOrg): void {
  it('knows a password without opening a session', async () => {
    const account = await makeAccount(org());
    await org().provider.checkPassword(account, context());
    expect(await org().provider.findSessions(account.user.id, context())).toEqual([]);
    const wrong = { email: account.email, password: newPassword() };
    await expect(org().provider.checkPassword(wrong, context())).rejects.toBeInstanceOf(
      InvalidCredentials,
    );
  });

  it('takes an expired password for proof', async () => {
    const account = await makeAccount(org());
    await org().expirePassword(account.user);
    await org().provider.checkPassword(account, context());
  });

  it('deletes an account, and once more without complaint', async () => {
    const account = await makeAccount(org());
    await org().provider.deleteAccount(account.user.id, context());
    const found = await org().provider.findUsers([account.user.id], context());
    expect(found.size).toBe(0);
    await expect(org().provider.checkPassword(account, context())).rejects.toBeInstanceOf(
      InvalidCredentials,
    );
    await org().provider.deleteAccount(account.user.id, context());
  });
}

function jwt(token: string): { readonly claims: Record<string, unknown> } {
  const [, body = ''] = token.split('.');
  return { claims: JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) };
}
