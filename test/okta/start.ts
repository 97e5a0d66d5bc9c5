import { onTestFinished } from 'vitest';
import type { EmbeddedOkta } from '../../src/embedded/handle.ts';
import type { CallContext } from '../../src/identity/model.ts';
import type { IdentityProvider, SendMail } from '../../src/identity/port.ts';
import { createOktaProvider } from '../../src/okta/provider.ts';
import type { OktaCallRecord } from '../../src/okta/wire/call-record.ts';
import { names } from '../support/accounts.ts';
import { embeddedConfig, type OktaChoice } from './embedded-config.ts';

export interface Started {
  readonly provider: IdentityProvider;
  /** What the log got, oldest first. */
  readonly calls: OktaCallRecord[];
}

/** A new provider on an org; closed at the end of the test. */
export function providerOn(
  okta: EmbeddedOkta,
  config: OktaChoice = {},
  now: () => number = Date.now,
): Started {
  const calls: OktaCallRecord[] = [];
  const provider = createOktaProvider(embeddedConfig(okta, config), {
    now,
    observe: (call) => calls.push(call),
  });
  onTestFinished(() => provider.close());
  return { provider, calls };
}

export function callContext(signal = new AbortController().signal): CallContext {
  return { requestId: 'req-1', signal, shopper: null };
}

/** Sends what was found. False: there was nothing to send. */
export async function mailed(found: Promise<SendMail | null>): Promise<boolean> {
  const send = await found;
  await send?.(callContext());
  return send !== null;
}

export const newUser = (email: string, password = 'Correct-Horse-7') => ({
  email,
  password,
  ...names,
  mobilePhone: null,
  locale: null,
});
