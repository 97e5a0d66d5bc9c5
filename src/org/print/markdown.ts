import { emailScopes, mfaGrants, type OrgDescription } from '../description.ts';
import { engineNames } from '../engine.ts';
import { hookEvents, hookPath } from '../event-hook.ts';
import { customerMails } from '../mails.ts';
import { roleNames } from '../role-names.ts';

interface Step {
  readonly title: string;
  /** Markdown, a line each; a line that begins with `- ` is a list item. */
  readonly lines: readonly string[];
}

/** A description as numbered steps for the Admin Console, with the settings that each step gives. */
export function markdownOf(description: OrgDescription): string {
  const { engine, logInFlow } = description;
  const steps = [
    group(description),
    customerApp(description),
    assignment(description),
    signInPolicy(description),
    authorizationServer(description),
    accessPolicy(description),
    serviceApp(description),
    passwordPolicy(description),
    mails(description),
    secondFactors(description),
    emailChange(description),
    trustedProxy(description),
    eventHook(description),
  ];
  return [
    '# Set up Okta by hand',
    '',
    '<!-- Printed by `okta-account-api setup --print markdown`. -->',
    '',
    `For ${engineNames[engine]} and the log-in flow \`${logInFlow}\`; \`okta-account-api setup --print markdown\` prints it for others, with \`--engine\` and \`--flow\`. Menus of the Admin Console are in *italics*, and the settings that a step gives follow an arrow (→). [\`setup\`](okta-setup.md) does each step for you, unless the title of the step says otherwise.`,
    '',
    ...steps.map(({ title, lines }, index) => stepText(index + 1, title, lines)),
    '',
  ].join('\n');
}

function stepText(number: number, title: string, lines: readonly string[]): string {
  const [first = '', ...rest] = lines;
  const indented = rest.map((line) => (line === '' ? '' : `   ${line}`));
  return [`${number}. **${title}.** ${first}`, ...indented].join('\n');
}

function group({ group: { name } }: OrgDescription): Step {
  return {
    title: 'Group',
    lines: [
      `*Directory > Groups > Add group*: \`${name}\`. New accounts join it. Its id, from the address of its page → \`OKTA_SIGN_UP_GROUP_IDS\`.`,
    ],
  };
}

const grantNames: Readonly<Record<string, string>> = {
  password: 'Resource Owner Password',
  authorization_code: 'Authorization Code',
  refresh_token: 'Refresh Token',
  client_credentials: 'Client Credentials',
  [mfaGrants[0]]: 'MFA OTP',
  [mfaGrants[1]]: 'MFA OOB',
};

function named(grants: readonly string[]): string {
  return grants.map((grant) => `*${grantNames[grant] ?? grant}*`).join(', ');
}

function customerApp({ customerApp: app, logInFlow }: OrgDescription): Step {
  const setting = logInFlow === 'authn' ? ' → `OKTA_REDIRECT_URI`' : '';
  return {
    title: 'App for customers',
    lines: [
      `*Applications > Create App Integration > OIDC, Native Application*, named \`${app.label}\`. Then`,
      `- tick the grants ${named(app.grantTypes)}. Some are under *Advanced*, and *Authorization Code* is always on in a native app;`,
      `- add the sign-in redirect URI \`${app.redirectUri}\`, or an https address of yours${setting}. Okta compares it letter by letter. Nothing is ever sent there;`,
      '- under *Client Credentials* choose *Public key / Private key*, and add or generate an RSA key → `OKTA_CLIENT_ID`, `OKTA_CLIENT_AUTH_METHOD=private_key_jwt`, `OKTA_CLIENT_PRIVATE_KEY`, `OKTA_CLIENT_KEY_ID`. Or choose *Client secret* → `OKTA_CLIENT_ID`, `OKTA_CLIENT_SECRET`;',
      '- leave *Require Demonstrating Proof of Possession (DPoP) header in token requests* off, since customers get Bearer tokens;',
      `- set *Refresh token behavior* to *Rotate token after every use* with a grace period of ${app.refreshLeeway} seconds;`,
      '- leave *Require consent* off.',
    ],
  };
}

function assignment({ group: { name } }: OrgDescription): Step {
  return {
    title: 'Assignment',
    lines: [
      `*Assignments* of the app: the group \`${name}\`, or *Everyone*. A customer without an assignment gets \`LogInDenied\`.`,
    ],
  };
}

function signInPolicy({ signInPolicy: policy, customerApp }: OrgDescription): Step {
  if (policy === null) {
    return {
      title: 'Sign-on policy',
      lines: [
        '*Security > Authentication > Sign On*: no rule that demands a second factor may apply to customers who have none. (`setup` leaves this step to you, since the policies of Classic are those of the whole org.)',
      ],
    };
  }
  return {
    title: 'Sign-in policy',
    lines: [
      `*Security > Authentication Policies > Add a policy*: \`${policy.name}\`, for the app \`${customerApp.label}\`. Add the rule \`${policy.rule}\` above the catch-all rule: access is *Allowed after successful authentication*, and the user must authenticate with *Password*. If the policy asks for more, Okta answers "denied by sign on policy".`,
    ],
  };
}

function authorizationServer({ authorizationServer: server }: OrgDescription): Step {
  const scopes = server.ownScopes.map(({ name }) => `\`${name}\``).join(', ');
  return {
    title: 'Authorization server',
    lines: [
      `*Security > API > Add Authorization Server*: \`${server.name}\`, audience \`${server.audience}\` → \`OKTA_AUDIENCE\`; its *Issuer URI* → \`OKTA_ISSUER\`. The server \`default\` works as well. *Scopes > Add Scope*: ${scopes}, without user consent. It is for backends that authenticate by Okta: add a rule that grants it to their client by *Client Credentials*. Do not use the org authorization server: only Okta can read its access tokens, so each validation would be a call to Okta.`,
    ],
  };
}

function accessPolicy({ authorizationServer, customerApp }: OrgDescription): Step {
  const { policy, rule } = authorizationServer;
  return {
    title: 'Access policy',
    lines: [
      `*Access Policies* of the server: \`${policy}\`, for the client \`${customerApp.label}\`, with the rule \`${rule.name}\`:`,
      `- grants ${named(rule.grantTypes)};`,
      `- scopes ${code(rule.scopes)};`,
      `- access tokens live for ${minutes(rule.accessTokenMinutes)}, refresh tokens for ${minutes(rule.refreshTokenMinutes)}, and they expire if they are not used every ${minutes(rule.refreshWindowMinutes)}. [Token lifetimes](okta-setup.md#token-lifetimes) says how to choose.`,
      '',
      'Without such a rule `/token` answers 401 "Policy evaluation failed".',
    ],
  };
}

function serviceApp({ serviceApp: app }: OrgDescription): Step {
  return {
    title: 'Service app for the management API',
    lines: [
      `*Applications > Create App Integration > API Services*, named \`${app.label}\`, with *Public key / Private key* and an RSA key → \`OKTA_SERVICE_CLIENT_ID\`, \`OKTA_SERVICE_PRIVATE_KEY\`, \`OKTA_SERVICE_KEY_ID\`. Then`,
      '- leave *Require Demonstrating Proof of Possession (DPoP) header in token requests* as it is: it is on in every new app of this type, and this API speaks DPoP where Okta demands it;',
      `- under *Okta API Scopes* grant ${code(app.scopes)}; also \`okta.logs.read\` for \`OKTA_LOG_POLL_SECONDS\`;`,
      `- under *Admin roles* assign ${app.roles.map((role) => `*${roleNames[role] ?? role}*`).join(' and ')}, or a custom role that manages users and reads policies.`,
      '',
      'Okta leaves out scopes that are not granted, without an error. The log names them at the first token, with the fields that fail. Without `okta.policies.read`, `signUp` under `ENUMERATION=strict` answers `INTERNAL`.',
      '',
      'An SSWS API token (`OKTA_API_TOKEN`) works instead of the service app. It has all rights of the administrator who made it, who needs the same roles. It expires when it is not used for 30 days.',
    ],
  };
}

function passwordPolicy({ passwordPolicy: policy, group, engine }: OrgDescription): Step {
  const [where, recovery] =
    engine === 'identity'
      ? [
          '*Security > Authenticators > Password > Add New Password Policy*',
          'Access control is *Legacy*, the recovery authenticator *Email*, and no additional verification is required: otherwise Okta refuses, and sends no mail.',
        ]
      : [
          '*Security > Authentication > Password > Add New Password Policy*',
          'Recovery is by e-mail, without a security question.',
        ];
  return {
    title: 'Password policy',
    lines: [
      `${where}: \`${policy.name}\`, for the group \`${group.name}\`. Lock out after ${policy.lockoutAttempts} attempts, unlock after ${policy.autoUnlockMinutes} minutes, do not show lock-out failures, and set no minimum password age. Add the rule \`${policy.rule}\`: users may change and reset their password and unlock their account. ${recovery} Callers get the same answer either way; the log warns when the policy turns recovery by e-mail off, and after three refusals in a row.`,
    ],
  };
}

function mails({ mails }: OrgDescription): Step {
  const shop = mails?.shopUrl ?? 'https://shop.example.com';
  const items = customerMails.map(({ title, action }) => {
    if (action === null) return `- *${title}*: a text alone, without Okta's sign-in link`;
    const { page, token, link, mutation } = action;
    const address = `${shop}${page}?token=${variable(token)}`;
    return `- *${title}* (\`${variable(link)}\`): a link to \`${address}\`, for \`${mutation}\``;
  });
  const mark =
    mails?.shopUrl === null ? ' (`setup --shop <url>`; without it a mail has a code)' : '';
  return {
    title: `Mail templates${mark}`,
    lines: [
      `*Customizations > Brands > (the brand) > Emails*: let each template link to a page of yours, with Okta's one-time token in the address. The page sends the token to a mutation. Okta saves a template only with its own link in it, so keep that in a hidden element. From then on Okta sends no translations of its own: add one for each language of your customers.`,
      ...items.map((item, index) => `${item}${index === items.length - 1 ? '.' : ';'}`),
    ],
  };
}

const variable = (name: string) => `\${${name}}`;

function secondFactors({ logInFlow, engine }: OrgDescription): Step {
  const grants =
    logInFlow === 'password' && engine === 'identity'
      ? 'The grants *MFA OTP* and *MFA OOB* of the app and of the rule carry the second factor. Without them an account with a second factor gets `LogInDenied`. '
      : '';
  const where =
    engine === 'identity'
      ? '*Security > Authenticators*'
      : '*Security > Multifactor > Factor Types*';
  return {
    title: 'Second factors (optional, not done by `setup`)',
    lines: [
      `${grants}${where}: activate those that customers may enrol. For TOTP that is *Google Authenticator*; every authenticator app works with it.`,
    ],
  };
}

function emailChange({ customerApp: app }: OrgDescription): Step {
  return {
    title: `Change of the e-mail address (optional${app.apiScopes.length > 0 ? '' : ': `setup --email-change`'})`,
    lines: [
      `Grant the app of the customers ${code(emailScopes)} (*Okta API Scopes*), and allow both in the rule of the access policy. Okta mails a code to the new address and a notice to the old one. The \`transaction\` of \`requestEmailChange\` seals an access token for these scopes. It is revoked when the request fails or the change is done, and expires within the hour otherwise.`,
    ],
  };
}

function trustedProxy({ trustedProxy: zone }: OrgDescription): Step {
  const [mark, addresses] =
    zone === null
      ? [' (`setup --egress <cidrs>`)', 'the addresses that the API calls Okta from']
      : ['', code(zone.cidrs)];
  return {
    title: `Trusted proxy${mark}`,
    lines: [
      `*Security > Networks > Add Zone > IP Zone*: ${addresses} as *Trusted proxy IPs*, no gateway IPs. Okta then trusts the \`X-Forwarded-For\` that the API sends for a shopper. Without it Okta's limits per address and ThreatInsight treat all your customers as one.`,
    ],
  };
}

function eventHook({ eventHook: hook }: OrgDescription): Step {
  return {
    title: `Event hook (optional${hook === null ? ': `setup --hook <url>`' : ''})`,
    lines: [
      `*Workflow > Event Hooks > Create Event Hook*: URL \`${hook?.url ?? `https://<host of this API>${hookPath}`}\`, authentication field \`Authorization\`, and as its secret \`OKTA_HOOK_SECRET\`. Verify it while the API runs. Events: ${code(hookEvents)}. [Changes at Okta](events.md) explains its use.`,
    ],
  };
}

function code(texts: readonly string[]): string {
  return texts.map((text) => `\`${text}\``).join(', ');
}

function minutes(count: number): string {
  return count % 1440 === 0 ? `${count / 1440} days` : `${count} minutes`;
}
