import { parseToString } from 'hcl2-parser';
import { describe, expect, test } from 'vitest';
import { handledTypes } from '../../src/okta/events/event-types.ts';
import { describeOrg, type OrgChoices } from '../../src/org/description.ts';
import { hookEvents } from '../../src/org/event-hook.ts';
import { markdownOf } from '../../src/org/print/markdown.ts';
import { terraformOf } from '../../src/org/print/terraform.ts';

const choices: OrgChoices = {
  engine: 'identity',
  logInFlow: 'password',
  prefix: '',
  scopes: ['openid', 'profile', 'email', 'offline_access'],
  serviceScope: 'accounts.read',
  redirectUri: null,
  refreshGraceSeconds: 30,
  readsSystemLog: false,
  hookUrl: null,
  changesEmail: false,
  keepsMails: false,
  shopUrl: null,
  egress: [],
};

const everything: OrgChoices = {
  ...choices,
  prefix: 'Staging ',
  hookUrl: 'https://account.example.com',
  changesEmail: true,
  shopUrl: 'https://shop.example.com',
  egress: ['203.0.113.7/32'],
  readsSystemLog: true,
};

type Resources = Readonly<Record<string, Readonly<Record<string, readonly object[]>>>>;

function parsed(text: string): { readonly resource: Resources; readonly output: object } {
  return JSON.parse(parseToString(text)[0]);
}

describe('the Terraform configuration', () => {
  test.each([
    ['identity', 'password'],
    ['identity', 'authn'],
    ['classic', 'authn'],
  ] as const)('is HCL that a parser reads, for %s and the flow %s', (engine, logInFlow) => {
    const { resource } = parsed(terraformOf(describeOrg({ ...everything, engine, logInFlow })));
    expect(resource['okta_app_oauth']?.['customers']?.[0]).toMatchObject({
      type: 'native',
      refresh_token_rotation: 'ROTATE',
      refresh_token_leeway: 30,
    });
    expect(Object.keys(resource['okta_app_signon_policy'] ?? {})).toEqual(
      engine === 'identity' ? ['customers'] : [],
    );
  });

  /** Which the provider documents as required, or as needed together with others that are set. */
  const requiredArguments: Readonly<Record<string, readonly string[]>> = {
    okta_group: ['name'],
    okta_app_oauth: ['label', 'type'],
    okta_app_group_assignment: ['app_id', 'group_id'],
    okta_app_oauth_api_scope: ['app_id', 'issuer', 'scopes'],
    okta_app_oauth_role_assignment: ['client_id', 'type'],
    okta_app_signon_policy: ['name', 'description'],
    okta_app_signon_policy_rule: ['name', 'policy_id'],
    okta_auth_server: ['name', 'audiences'],
    okta_auth_server_scope: ['auth_server_id', 'name'],
    okta_auth_server_policy: [
      ...['auth_server_id', 'name', 'description', 'priority', 'client_whitelist'],
    ],
    okta_auth_server_policy_rule: [
      ...['auth_server_id', 'policy_id', 'name', 'priority', 'grant_type_whitelist'],
    ],
    okta_policy_password: ['name'],
    okta_policy_rule_password: ['name', 'policy_id'],
    okta_email_customization: ['brand_id', 'template_name'],
    okta_network_zone: ['name', 'type'],
    okta_event_hook: ['name', 'events', 'channel'],
    okta_event_hook_verification: ['event_hook_id'],
  };

  test('gives each resource the arguments that the provider requires', () => {
    const { resource } = parsed(terraformOf(describeOrg(everything)));
    const missing = Object.entries(resource).flatMap(([type, named]) =>
      Object.entries(named).flatMap(([name, [body = {}]]) =>
        (requiredArguments[type] ?? ['a resource of this kind'])
          .filter((argument) => !(argument in body))
          .map((argument) => `${type}.${name}: ${argument}`),
      ),
    );
    expect(missing).toEqual([]);
    // The provider refuses a native app without it, as Okta does.
    expect(resource['okta_app_oauth']?.['customers']?.[0]).toMatchObject({
      grant_types: expect.arrayContaining(['authorization_code', 'password']),
    });
  });

  test('grants the rule what the app asks for', () => {
    const { resource } = parsed(terraformOf(describeOrg(everything)));
    expect(resource['okta_auth_server_policy_rule']?.['customers']?.[0]).toMatchObject({
      scope_whitelist: [
        'openid',
        'profile',
        'email',
        'offline_access',
        'okta.myAccount.email.read',
        'okta.myAccount.email.manage',
      ],
      group_whitelist: ['EVERYONE'],
    });
  });

  test('holds no private key and no secret', () => {
    const text = terraformOf(describeOrg(everything));
    expect(text).toContain('value = var.hook_secret');
    expect(text).not.toMatch(/PRIVATE KEY|client_secret/);
  });

  test('does not take a name for a template', () => {
    const text = terraformOf(describeOrg({ ...choices, prefix: `\${x} "quoted" ` }));
    expect(text).toContain(`"$\${x} \\"quoted\\" Account API customers"`);
  });
});

test('the steps for the Admin Console name each setting that an org gives', () => {
  const text = markdownOf(describeOrg(everything));
  for (const name of ['OKTA_ISSUER', 'OKTA_AUDIENCE', 'OKTA_CLIENT_ID', 'OKTA_SERVICE_KEY_ID']) {
    expect(text).toContain(`\`${name}\``);
  }
  expect(text).toContain('https://account.example.com/hooks/okta');
});

test('the page of manual steps in the docs is what set-up prints', async () => {
  // To write it anew: npm test -- test/org --update
  const text = markdownOf(describeOrg(choices));
  await expect(text).toMatchFileSnapshot('../../docs/okta-setup-by-hand.md');
});

test('a prefix keeps two stages of one org apart', () => {
  const [first, second] = [
    describeOrg(choices),
    describeOrg({ ...choices, prefix: 'Staging EU ' }),
  ];
  expect(second.customerApp.label).toBe('Staging EU Account API storefront');
  expect(second.authorizationServer.audience).toBe('api://staging-eu-account-api');
  expect(second.group.name).not.toBe(first.group.name);
});

test('an event hook subscribes to events that the API acts on', () => {
  expect(handledTypes).toEqual(expect.arrayContaining([...hookEvents]));
});
