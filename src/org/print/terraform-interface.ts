import type { OrgDescription } from '../description.ts';
import { block, reference } from './hcl.ts';

/** Which providers it needs. */
export const head = `# What the account API needs of an Okta org: okta-account-api setup --print terraform.
# The keys of both apps are made outside Terraform, so that no private key is in its state:
#   openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048

terraform {
  required_providers {
    okta = {
      source  = "okta/okta"
      version = "~> 6.12"
    }
  }
}
`;

/** What somebody who applies it has to give. */
export function variables({ eventHook }: OrgDescription): string {
  const key = (of: string) => `variable "${of}_key" {
  description = "The public key of the ${of.replace('_', ' ')}, as the members of its JWK."
  type        = object({ kid = string, n = string, e = string })
}
`;
  const org = `variable "org_url" {
  description = "Such as https://acme.okta.com, without a slash at the end."
  type        = string
}
`;
  const hook = `variable "hook_secret" {
  description = "OKTA_HOOK_SECRET of the account API. It gets into the state."
  type        = string
  sensitive   = true
}
`;
  return [org, key('customer_app'), key('service_app'), ...(eventHook === null ? [] : [hook])].join(
    '\n',
  );
}

/** What the API needs of the org, named as the variables that they are for. */
export function outputs(description: OrgDescription): readonly string[] {
  const { logInFlow } = description;
  const values = {
    OKTA_ISSUER: reference('okta_auth_server.customers.issuer'),
    OKTA_AUDIENCE: description.authorizationServer.audience,
    OKTA_LOG_IN_FLOW: logInFlow,
    OKTA_CLIENT_ID: reference('okta_app_oauth.customers.client_id'),
    OKTA_CLIENT_AUTH_METHOD: 'private_key_jwt',
    OKTA_CLIENT_KEY_ID: reference('var.customer_app_key.kid'),
    ...(logInFlow === 'authn' && { OKTA_REDIRECT_URI: description.customerApp.redirectUri }),
    OKTA_SERVICE_CLIENT_ID: reference('okta_app_oauth.service.client_id'),
    OKTA_SERVICE_KEY_ID: reference('var.service_app_key.kid'),
    OKTA_SIGN_UP_GROUP_IDS: reference('okta_group.customers.id'),
  };
  return Object.entries(values).map(([name, value]) => block(['output', name], { value }));
}
