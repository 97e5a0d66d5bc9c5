import type { Hono } from 'hono';
import type { EmbeddedEnv } from '../../http/responses.ts';
import type { Org } from '../../org.ts';
import { orgSettingsOf } from '../../settings/singles.ts';
import { isoDate } from '../../users/user-json.ts';
import { linkTo } from '../rest/json.ts';
import { type ServedSingle, serveSingle } from '../rest/single.ts';

export const orgId = '00o1embeddedOrg00000';

type Settings = typeof orgSettingsOf.initial;

const settings: ServedSingle<Settings> = {
  of: orgSettingsOf,
  path: '/api/v1/org',
  scope: 'orgs',
  changes: ['POST', 'PUT'],
  json(org, { created, lastUpdated, body }) {
    const self = `${org.url()}/api/v1/org`;
    return {
      id: orgId,
      subdomain: new URL(org.url()).hostname,
      companyName: body.companyName ?? '',
      status: 'ACTIVE',
      expiresAt: null,
      created: isoDate(created),
      lastUpdated: isoDate(lastUpdated),
      website: body.website ?? '',
      phoneNumber: body.phoneNumber ?? '',
      endUserSupportHelpURL: body.endUserSupportHelpURL ?? '',
      supportPhoneNumber: body.supportPhoneNumber ?? '',
      address1: body.address1 ?? null,
      address2: body.address2 ?? null,
      city: body.city ?? null,
      state: body.state ?? null,
      country: body.country ?? null,
      postalCode: body.postalCode ?? null,
      _links: {
        preferences: linkTo(`${self}/preferences`),
        uploadLogo: linkTo(`${self}/logo`, 'POST'),
        oktaCommunication: linkTo(`${self}/privacy/oktaCommunication`),
        logo: linkTo(`${org.url()}/img/logos/okta-logo.png`),
        oktaSupport: linkTo(`${self}/privacy/oktaSupport`),
        contacts: linkTo(`${self}/contacts`),
      },
    };
  },
};

/** `/api/v1/org`, and what the public sees of an org. */
export function serveOrg(app: Hono<EmbeddedEnv>, org: Org): void {
  serveSingle(app, org, settings);
  app.get('/.well-known/okta-organization', (c) =>
    c.json({
      id: orgId,
      cell: 'ok0',
      _links: { organization: linkTo(org.url()) },
      pipeline: org.engine === 'classic' ? 'v1' : 'idx',
      settings: {
        analyticsCollectionEnabled: false,
        bugReportingEnabled: true,
        omEnabled: false,
        pssoEnabled: false,
        desktopMFAEnabled: false,
        itpEnabled: false,
      },
    }),
  );
}
