import type { OrgDescription } from '../description.ts';
import { bodyOf, customerMails } from '../mails.ts';
import { Block, block, reference } from './hcl.ts';
import { head, outputs, variables } from './terraform-interface.ts';

/**
 * A description as a configuration for the provider okta/okta.
 * @see https://registry.terraform.io/providers/okta/okta/latest/docs
 */
export function terraformOf(description: OrgDescription): string {
  return [
    head,
    variables(description),
    group(description),
    ...customerApp(description),
    ...authorizationServer(description),
    ...serviceApp(description),
    ...passwordPolicy(description),
    ...mails(description),
    ...network(description),
    ...outputs(description),
  ].join('\n');
}

function group({ group: { name } }: OrgDescription): string {
  return block(['resource', 'okta_group', 'customers'], {
    name,
    description: 'Customers of the shop.',
  });
}

function customerApp(description: OrgDescription): readonly string[] {
  const { customerApp: app, signInPolicy } = description;
  const resources = [
    `# The provider has no argument for DPoP: leave it off in this app. Rotation is STATIC with a leeway
# of 0 unless it is set.
${block(['resource', 'okta_app_oauth', 'customers'], {
  label: app.label,
  type: 'native',
  token_endpoint_auth_method: 'private_key_jwt',
  grant_types: app.grantTypes,
  response_types: ['code'],
  redirect_uris: [app.redirectUri],
  consent_method: 'TRUSTED',
  refresh_token_rotation: 'ROTATE',
  refresh_token_leeway: app.refreshLeeway,
  authentication_policy:
    signInPolicy === null ? null : reference('okta_app_signon_policy.customers.id'),
  jwks: jwks('customer_app'),
})}`,
    block(['resource', 'okta_app_group_assignment', 'customers'], {
      app_id: reference('okta_app_oauth.customers.id'),
      group_id: reference('okta_group.customers.id'),
    }),
  ];
  if (app.apiScopes.length > 0) resources.push(apiScopes('customers', app.apiScopes));
  return signInPolicy === null ? resources : [...resources, ...signInPolicyOf(signInPolicy)];
}

function jwks(variable: string): Block {
  return new Block({
    kty: 'RSA',
    kid: reference(`var.${variable}_key.kid`),
    n: reference(`var.${variable}_key.n`),
    e: reference(`var.${variable}_key.e`),
  });
}

function signInPolicyOf({
  name,
  rule,
}: NonNullable<OrgDescription['signInPolicy']>): readonly string[] {
  return [
    block(['resource', 'okta_app_signon_policy', 'customers'], {
      name,
      description: 'The account API asks for the second factor itself.',
    }),
    block(['resource', 'okta_app_signon_policy_rule', 'customers'], {
      policy_id: reference('okta_app_signon_policy.customers.id'),
      name: rule,
      priority: 1,
      access: 'ALLOW',
      type: 'ASSURANCE',
      factor_mode: '1FA',
      re_authentication_frequency: 'PT0S',
      constraints: [reference('jsonencode({ knowledge = { types = ["password"] } })')],
    }),
  ];
}

function authorizationServer({ authorizationServer: server }: OrgDescription): readonly string[] {
  const auth_server_id = reference('okta_auth_server.customers.id');
  const { rule } = server;
  return [
    block(['resource', 'okta_auth_server', 'customers'], {
      name: server.name,
      description: 'Tokens of customers.',
      audiences: [server.audience],
    }),
    ...server.ownScopes.map(({ name, description }) =>
      block(['resource', 'okta_auth_server_scope', name.replaceAll(/\W/g, '_')], {
        auth_server_id,
        name,
        description,
        consent: 'IMPLICIT',
        metadata_publish: 'NO_CLIENTS',
      }),
    ),
    block(['resource', 'okta_auth_server_policy', 'customers'], {
      auth_server_id,
      name: server.policy,
      description: 'Log-ins through the account API.',
      priority: 1,
      client_whitelist: [reference('okta_app_oauth.customers.client_id')],
    }),
    block(['resource', 'okta_auth_server_policy_rule', 'customers'], {
      auth_server_id,
      policy_id: reference('okta_auth_server_policy.customers.id'),
      name: rule.name,
      priority: 1,
      grant_type_whitelist: rule.grantTypes,
      scope_whitelist: rule.scopes,
      group_whitelist: ['EVERYONE'],
      access_token_lifetime_minutes: rule.accessTokenMinutes,
      refresh_token_lifetime_minutes: rule.refreshTokenMinutes,
      refresh_token_window_minutes: rule.refreshWindowMinutes,
    }),
  ];
}

function apiScopes(app: string, scopes: readonly string[]): string {
  return block(['resource', 'okta_app_oauth_api_scope', app], {
    app_id: reference(`okta_app_oauth.${app}.id`),
    issuer: reference('var.org_url'),
    scopes,
  });
}

function serviceApp({ serviceApp: app }: OrgDescription): readonly string[] {
  return [
    block(['resource', 'okta_app_oauth', 'service'], {
      label: app.label,
      type: 'service',
      token_endpoint_auth_method: 'private_key_jwt',
      grant_types: app.grantTypes,
      response_types: ['token'],
      jwks: jwks('service_app'),
    }),
    apiScopes('service', app.scopes),
    ...app.roles.map((type) =>
      block(['resource', 'okta_app_oauth_role_assignment', type.toLowerCase()], {
        client_id: reference('okta_app_oauth.service.client_id'),
        type,
      }),
    ),
  ];
}

function passwordPolicy({ passwordPolicy: policy, engine }: OrgDescription): readonly string[] {
  const requirement = new Block({ primary_methods: ['email'], step_up_enabled: false });
  return [
    block(['resource', 'okta_policy_password', 'customers'], {
      name: policy.name,
      description: 'Customers of the account API.',
      groups_included: [reference('okta_group.customers.id')],
      password_min_age_minutes: 0,
      password_max_lockout_attempts: policy.lockoutAttempts,
      password_auto_unlock_minutes: policy.autoUnlockMinutes,
      password_show_lockout_failures: false,
      email_recovery: 'ACTIVE',
      question_recovery: 'INACTIVE',
    }),
    `# Unlocking is denied unless it is set.
${block(['resource', 'okta_policy_rule_password', 'customers'], {
  policy_id: reference('okta_policy_password.customers.id'),
  name: policy.rule,
  priority: 1,
  password_change: 'ALLOW',
  password_reset: 'ALLOW',
  password_unlock: 'ALLOW',
  password_reset_access_control: engine === 'identity' ? 'LEGACY' : null,
  password_reset_requirement: engine === 'identity' ? requirement : null,
})}`,
  ];
}

function mails({ mails }: OrgDescription): readonly string[] {
  if (mails === null) return [];
  const { shopUrl } = mails;
  return [
    `# The brand of the mails. With several brands, choose the one whose domain the API calls.
${block(['data', 'okta_brands', 'all'], {})}`,
    ...customerMails.map((mail) =>
      block(['resource', 'okta_email_customization', mail.template], {
        brand_id: reference('tolist(data.okta_brands.all.brands)[0].id'),
        template_name: mail.template,
        language: 'en',
        is_default: true,
        subject: mail.subject,
        body: bodyOf(mail, shopUrl),
      }),
    ),
  ];
}

function network({ trustedProxy, eventHook }: OrgDescription): readonly string[] {
  const zone =
    trustedProxy === null
      ? []
      : [
          block(['resource', 'okta_network_zone', 'egress'], {
            name: trustedProxy.name,
            type: 'IP',
            usage: 'POLICY',
            proxies: trustedProxy.cidrs,
          }),
        ];
  if (eventHook === null) return zone;
  return [
    ...zone,
    block(['resource', 'okta_event_hook', 'account_api'], {
      name: eventHook.name,
      events: eventHook.events,
      channel: { type: 'HTTP', version: '1.0.0', uri: eventHook.url },
      auth: { type: 'HEADER', key: 'Authorization', value: reference('var.hook_secret') },
    }),
    block(['resource', 'okta_event_hook_verification', 'account_api'], {
      event_hook_id: reference('okta_event_hook.account_api.id'),
    }),
  ];
}
