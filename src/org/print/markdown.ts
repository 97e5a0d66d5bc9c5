import { mfaGrants, type OrgDescription } from '../description.ts';

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
    ...signInPolicy(description),
    authorizationServer(description),
    accessPolicy(description),
    serviceApp(description),
    passwordPolicy(description),
    mails(),
    ...trustedProxy(description),
    ...eventHook(description),
  ];
  const engineName = engine === 'identity' ? 'Identity Engine' : 'Classic Engine';
  return [
    '# Set up Okta by hand',
    '',
    `For ${engineName} and the log-in flow \`${logInFlow}\`. Menus of the Admin Console are in *italics*, and the settings that a step gives follow an arrow (→). \`okta-account-api setup\` does the same by itself, and \`okta-account-api doctor\` says what is missing.`,
    '',
    ...steps.map(({ title, lines }, index) => stepText(index + 1, title, lines)),
    '',
  ].join('\n');
}

function stepText(number: number, title: string, lines: readonly string[]): string {
  const [first = '', ...rest] = lines;
  const indented = rest.map((line) => `   ${line}`);
  return [`${number}. **${title}.** ${first}`, ...indented].join('\n');
}

function group({ group: { name } }: OrgDescription): Step {
  return {
    title: 'Group',
    lines: [
      `*Directory > Groups > Add group*: \`${name}\`. Its id, from the address of its page → \`OKTA_SIGN_UP_GROUP_IDS\`.`,
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

function customerApp({ customerApp: app, logInFlow: flow }: OrgDescription): Step {
  return {
    title: 'App of the customers',
    lines: [
      `*Applications > Create App Integration > OIDC, Native Application*, named \`${app.label}\`. Then`,
      `- tick the grants ${named(app.grantTypes)} (some are under *Advanced*);`,
      `- add the sign-in redirect URI \`${app.redirectUri}\`, or an https address of yours${flow === 'authn' ? ', letter by letter → `OKTA_REDIRECT_URI`' : ''}. Nothing is ever sent there;`,
      '- under *Client Credentials* choose *Public key / Private key*, and add or generate an RSA key → `OKTA_CLIENT_ID`, `OKTA_CLIENT_AUTH_METHOD=private_key_jwt`, `OKTA_CLIENT_PRIVATE_KEY`, `OKTA_CLIENT_KEY_ID`. Or choose *Client secret* → `OKTA_CLIENT_SECRET`;',
      '- leave *Require Demonstrating Proof of Possession (DPoP)* off: tokens that are bound to a key are of no use to a storefront;',
      `- set *Refresh token behavior* to *Rotate token after every use* with a grace period of ${app.refreshLeeway} seconds;`,
      '- do not ask for consent.',
      ...(app.apiScopes.length === 0
        ? []
        : [`- Under *Okta API Scopes* grant ${code(app.apiScopes)}.`]),
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

function signInPolicy({ signInPolicy: policy, customerApp }: OrgDescription): readonly Step[] {
  if (policy === null) {
    return [
      {
        title: 'Sign-on policy',
        lines: [
          '*Security > Authentication > Sign On*: no rule that asks for a second factor may apply to the customers, unless they have set one up.',
        ],
      },
    ];
  }
  return [
    {
      title: 'Sign-in policy',
      lines: [
        `*Security > Authentication Policies > Add a policy*: \`${policy.name}\`, for the app \`${customerApp.label}\`. Add the rule \`${policy.rule}\` above the catch-all rule: access is *Allowed after successful authentication*, the user must authenticate with *Password*. With more than a password Okta answers "denied by sign on policy".`,
      ],
    },
  ];
}

function authorizationServer({ authorizationServer: server }: OrgDescription): Step {
  const scopes = server.ownScopes.map(({ name }) => `\`${name}\``).join(', ');
  return {
    title: 'Authorization server',
    lines: [
      `*Security > API > Add Authorization Server*: \`${server.name}\`, audience \`${server.audience}\` → \`OKTA_AUDIENCE\`; its *Issuer URI* → \`OKTA_ISSUER\`. *Scopes > Add Scope*: ${scopes}, without user consent. Do not use the org authorization server: only Okta can read its access tokens.`,
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
      `- access token ${minutes(rule.accessTokenMinutes)}, refresh token ${minutes(rule.refreshTokenMinutes)}, but it expires if it is not used every ${minutes(rule.refreshWindowMinutes)}.`,
      'Without such a rule Okta answers "Policy evaluation failed". [Token lifetimes](okta-setup.md#token-lifetimes) says how to choose.',
    ],
  };
}

function serviceApp({ serviceApp: app }: OrgDescription): Step {
  return {
    title: 'Service app for the management API',
    lines: [
      `*Applications > Create App Integration > API Services*, named \`${app.label}\`, with *Public key / Private key* and an RSA key → \`OKTA_SERVICE_CLIENT_ID\`, \`OKTA_SERVICE_PRIVATE_KEY\`, \`OKTA_SERVICE_KEY_ID\`. Then`,
      `- under *Okta API Scopes* grant ${code(app.scopes)};`,
      `- under *Admin roles* assign ${app.roles.map((role) => `*${roleNames[role] ?? role}*`).join(' and ')}.`,
    ],
  };
}

const roleNames: Readonly<Record<string, string>> = {
  USER_ADMIN: 'Group Administrator',
  READ_ONLY_ADMIN: 'Read-only Administrator',
};

function passwordPolicy({ passwordPolicy: policy, group, engine }: OrgDescription): Step {
  const where =
    engine === 'identity'
      ? '*Security > Authenticators > Password*'
      : '*Security > Authentication > Password*';
  const recovery =
    engine === 'identity'
      ? 'Access control is *Legacy*, the recovery authenticator *Email*, and no additional verification is required.'
      : 'Recovery is by e-mail, without a security question.';
  return {
    title: 'Password policy',
    lines: [
      `${where} *> Add New Password Policy*: \`${policy.name}\`, for the group \`${group.name}\`. Lock out after ${policy.lockoutAttempts} attempts, unlock after ${policy.autoUnlockMinutes} minutes, do not show lock-out failures, no minimum password age. Add the rule \`${policy.rule}\`: users may change and reset their password and unlock their account. ${recovery}`,
    ],
  };
}

function mails(): Step {
  return {
    title: 'Mail templates',
    lines: [
      '*Customizations > Emails*: the links of these templates have to lead to pages of yours, which send the token to a mutation:',
      '- *Forgot Password* → `resetPassword`;',
      '- *User Activation* → `verifyEmail`;',
      '- *Self-Service Unlock Account* → `unlockAccount`.',
    ],
  };
}

function trustedProxy({ trustedProxy: zone }: OrgDescription): readonly Step[] {
  const cidrs = zone === null ? 'the addresses that the API calls Okta from' : code(zone.cidrs);
  return [
    {
      title: 'Trusted proxy',
      lines: [
        `*Security > Networks > Add Zone > IP Zone*: ${cidrs} as *Trusted proxy IPs*, no gateway IPs. Without it Okta's limits per address take all customers for one.`,
      ],
    },
  ];
}

function eventHook({ eventHook: hook }: OrgDescription): readonly Step[] {
  if (hook === null) return [];
  return [
    {
      title: 'Event hook',
      lines: [
        `*Workflow > Event Hooks > Create Event Hook*: URL \`${hook.url}\`, authentication field \`Authorization\`, secret as in \`OKTA_HOOK_SECRET\`. Verify it while the API runs. Events: ${code(hook.events)}.`,
      ],
    },
  ];
}

function code(texts: readonly string[]): string {
  return texts.map((text) => `\`${text}\``).join(', ');
}

function minutes(count: number): string {
  return count % 1440 === 0 ? `${count / 1440} days` : `${count} minutes`;
}
