import { readRefreshGrace, readServiceScope } from '../../config/limits.ts';
import { defaultScopes } from '../../config/okta.ts';
import { createSettings, type Environment } from '../../config/settings.ts';
import type { ConfigProblem } from '../../config.ts';
import type { OrgChoices } from '../../org/description.ts';
import type { Engine } from '../../org/engine.ts';
import { baseAddress, cidrsOf, shopAddress } from './addresses.ts';

/** The options that shape an org. */
export interface ChoiceOptions {
  readonly flow: 'password' | 'authn' | null;
  readonly prefix: string | null;
  readonly hook: string | null;
  readonly egress: string | null;
  readonly 'email-change': boolean;
  readonly shop: string | null;
  readonly 'keep-mails': boolean;
}

/** What the org itself says. */
export interface OrgFacts {
  readonly engine: Engine;
  /** The prefix of an earlier run; null: there was none. The option --prefix wins. */
  readonly prefix: string | null;
}

/** The choices for an org. Options win over the environment. */
export function readChoices(
  options: ChoiceOptions,
  env: Environment,
):
  | { readonly ok: true; readonly choicesFor: (org: OrgFacts) => OrgChoices }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] } {
  const settings = createSettings(env);
  const logInFlow = settings.choice('OKTA_LOG_IN_FLOW', ['password', 'authn'], 'password');
  const logPolls = settings.decimal('OKTA_LOG_POLL_SECONDS', { fallback: 0, min: 0, max: 120 });
  const choices: Omit<OrgChoices, keyof OrgFacts> = {
    logInFlow: options.flow ?? logInFlow,
    scopes: (settings.text('OKTA_SCOPES') ?? defaultScopes).split(/\s+/),
    serviceScope: readServiceScope(settings),
    redirectUri: settings.text('OKTA_REDIRECT_URI'),
    refreshGraceSeconds: readRefreshGrace(settings),
    readsSystemLog: logPolls > 0,
    hookUrl: options.hook === null ? null : baseAddress(options.hook),
    changesEmail: options['email-change'],
    keepsMails: options['keep-mails'],
    shopUrl: options.shop === null ? null : shopAddress(options.shop),
    egress: cidrsOf(options.egress ?? ''),
  };
  if (settings.problems.length > 0) return { ok: false, problems: settings.problems };
  const given = options.prefix === null ? null : `${options.prefix.trim()} `;
  return {
    ok: true,
    choicesFor: ({ engine, prefix }) => ({ ...choices, engine, prefix: given ?? prefix ?? '' }),
  };
}
