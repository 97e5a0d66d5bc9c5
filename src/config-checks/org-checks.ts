import { isOrgServer, type ServingConfig } from '../config.ts';
import { ProviderMisconfigured } from '../identity/errors.ts';
import type { CallContext } from '../identity/model.ts';
import type { IdentityProvider } from '../identity/port.ts';
import type { OrgProbe as OktaProbe } from '../okta/org-probe.ts';
import { dpopDemanded, untickDpop } from './dpop.ts';
import type { Finding, FindingCode } from './finding.ts';

/**
 * The calls that the checks make. The password policy is read through the provider, which also reports
 * what the policy says about recovery.
 */
export type OrgProbe = Omit<OktaProbe, 'close'> & Pick<IdentityProvider, 'passwordPolicy'>;

/** Checks one requirement on the org. */
export interface OrgCheck {
  readonly code: FindingCode;
  /**
   * @returns an empty list when the requirement is met
   * @throws the error of the call when Okta gave no usable answer
   */
  run(context: CallContext): Promise<readonly Finding[]>;
}

/** In an order in which the first failure explains those after it. */
export function orgChecks(config: ServingConfig, probe: OrgProbe): readonly OrgCheck[] {
  const { okta, events } = config;
  return [
    issuerCheck(config, probe),
    clientCheck(config, probe),
    ...(okta.logInFlow === 'authn' ? [authorizeCheck(config, probe)] : []),
    managementCheck(config, probe),
    policyCheck(probe),
    ...(events.logPollSeconds > 0 ? [systemLogCheck(probe)] : []),
  ];
}

type Words = Pick<Finding, 'message' | 'fix'>;

/** @param refused makes the finding from the text of Okta's refusal */
function check<Answer>(
  code: FindingCode,
  ask: (context: CallContext) => Promise<Answer>,
  refused: (detail: string) => Words,
  findingsOf: (answer: Answer) => readonly Finding[] = () => [],
): OrgCheck {
  return {
    code,
    async run(context) {
      try {
        return findingsOf(await ask(context));
      } catch (error) {
        if (!(error instanceof ProviderMisconfigured)) throw error;
        return [{ code, severity: 'MISCONFIGURED', ...refused(error.detail) }];
      }
    },
  };
}

function issuerCheck({ okta }: ServingConfig, probe: OrgProbe): OrgCheck {
  const fix =
    'Set OKTA_ISSUER to the Issuer URI that Okta Admin Console: Security > API shows for the authorization server.';
  return check(
    'ISSUER',
    probe.issuer,
    (detail) => ({
      message: `Okta has no authorization server at OKTA_ISSUER, ${okta.issuer} (${detail}).`,
      fix,
    }),
    (issuer) => {
      if (issuer === okta.issuer) return [];
      const message = `OKTA_ISSUER is ${okta.issuer}, but the authorization server calls itself ${issuer}.`;
      return [{ code: 'ISSUER', severity: 'MISCONFIGURED', message, fix }];
    },
  );
}

function clientCheck({ okta }: ServingConfig, probe: OrgProbe): OrgCheck {
  return check('CLIENT', probe.client, (detail) => {
    if (/dpop/i.test(detail)) return dpopDemanded(okta.clientId);
    const isKey = okta.clientAuthentication().method === 'private_key_jwt';
    const proof = isKey
      ? 'OKTA_CLIENT_PRIVATE_KEY and OKTA_CLIENT_KEY_ID'
      : 'OKTA_CLIENT_SECRET and OKTA_CLIENT_AUTH_METHOD';
    return {
      message: `Okta refuses the client ${okta.clientId}: ${detail}`,
      fix: `Compare OKTA_CLIENT_ID, ${proof} with the app (Okta Admin Console: Applications > the app > General), and check that the app is active.`,
    };
  });
}

function authorizeCheck({ okta }: ServingConfig, probe: OrgProbe): OrgCheck {
  return check('AUTHORIZE', probe.authorize, (detail) => ({
    message: `Okta issues no code for OKTA_REDIRECT_URI, ${okta.redirectUri}, and OKTA_SCOPES: ${detail}`,
    fix: `Add the address to the Sign-in redirect URIs of the app ${okta.clientId}, exactly as it is, and the scopes to the authorization server.`,
  }));
}

function managementCheck({ okta }: ServingConfig, probe: OrgProbe): OrgCheck {
  return check(
    'MANAGEMENT',
    probe.users,
    (detail) => {
      const credential = okta.management();
      if (credential.method === 'ssws') {
        return {
          message: `Okta refuses OKTA_API_TOKEN at the Users API: ${detail}`,
          fix: 'Make a new token (Okta Admin Console: Security > API > Tokens) as an administrator who may read and manage users, and check that its network zone includes this server.',
        };
      }
      const fix = /dpop/i.test(detail)
        ? `Set the clock of this machine by NTP, give OKTA_ISSUER the host that the Admin Console shows, without -admin, and let no proxy remove the header DPoP. Or: ${untickDpop} in the service app.`
        : 'Check OKTA_SERVICE_CLIENT_ID, OKTA_SERVICE_PRIVATE_KEY and OKTA_SERVICE_KEY_ID, and in the service app the Okta API Scopes okta.users.read and okta.users.manage and its admin role.';
      return {
        message: `Okta refuses the service app ${credential.clientId} at the Users API: ${detail}`,
        fix,
      };
    },
    (users) => {
      if (users > 0) return [];
      return [
        {
          code: 'MANAGEMENT',
          severity: 'DOUBTFUL',
          message: 'The management credential sees no user.',
          fix: 'Give the service app an admin role, such as Organization Administrator (Okta Admin Console: Applications > the app > Admin roles).',
        },
      ];
    },
  );
}

function policyCheck(probe: OrgProbe): OrgCheck {
  return check('PASSWORD_POLICY', probe.passwordPolicy, (detail) => ({
    message: `The password policy cannot be read, so accountConfig fails and rejected passwords are not explained: ${detail}`,
    fix: 'Grant the service app the Okta API scope okta.policies.read, or use the API token of an administrator who may read policies.',
  }));
}

function systemLogCheck(probe: OrgProbe): OrgCheck {
  return check('SYSTEM_LOG', probe.systemLog, (detail) => ({
    message: `OKTA_LOG_POLL_SECONDS is set, but the System Log cannot be read: ${detail}`,
    fix: 'Grant the service app the Okta API scope okta.logs.read and a role that may read the log, or set OKTA_LOG_POLL_SECONDS=0.',
  }));
}

/** Findings about service clients, from the settings alone. */
export function serviceFindings({ okta, services, secrets }: ServingConfig): readonly Finding[] {
  if (secrets().serviceClients.length > 0) return [];
  const server = isOrgServer(okta) ? 'a custom authorization server' : okta.issuer;
  return [
    {
      code: 'SERVICE_CLIENTS',
      severity: 'DOUBTFUL',
      message: `SERVICE_CLIENTS is empty: backends and frontend servers can call as services only with a client-credentials token of ${server} that has the scope ${services.scope}.`,
      fix: 'Set SERVICE_CLIENTS=<id>:<secret> for each service, or ignore this if all of them use such tokens.',
    },
  ];
}
