import type { Org } from '../org.ts';
import type { UserEntity } from '../store/entities.ts';
import type { FactorEntity } from '../store/factor-entities.ts';
import { isoDate } from '../users/user-json.ts';
import { isSent } from './sent-codes.ts';
import { digits, timeStepSeconds } from './totp.ts';

type Json = Record<string, unknown>;

export function factorUrl(org: Org, factor: FactorEntity): string {
  return `${org.url()}/api/v1/users/${factor.userId}/factors/${factor.id}`;
}

const link = (href: string, ...allow: string[]): Json => ({ href, hints: { allow } });

/** A factor as an administrator sees it: addresses in full, and a secret until it is activated. */
export function factorJson(org: Org, user: UserEntity, factor: FactorEntity): Json {
  const pending = factor.status === 'PENDING_ACTIVATION';
  const url = factorUrl(org, factor);
  const step: Json = pending
    ? { activate: link(`${url}/lifecycle/activate`, 'POST') }
    : { verify: link(`${url}/verify`, 'POST') };
  return {
    id: factor.id,
    factorType: factor.type,
    provider: factor.provider,
    vendorName: factor.provider,
    status: factor.status,
    created: isoDate(factor.created),
    lastUpdated: isoDate(factor.lastUpdated),
    profile: profileJson(factor, user, (address) => address),
    _links: {
      ...step,
      ...(pending &&
        isSent(factor) && { resend: [{ name: factor.type, ...link(`${url}/resend`, 'POST') }] }),
      self: link(url, 'GET', 'DELETE'),
      user: link(`${org.url()}/api/v1/users/${user.id}`, 'GET'),
    },
    ...embeddedActivation(org, factor),
  };
}

/** What an authenticator app needs; there is no picture, so `qrcode` leads to the text inside it. */
export function embeddedActivation(org: Org, factor: FactorEntity): Json {
  if (factor.status !== 'PENDING_ACTIVATION' || factor.secret === null) return {};
  const activation = {
    timeStep: timeStepSeconds,
    sharedSecret: factor.secret,
    encoding: 'base32',
    keyLength: digits,
    _links: { qrcode: { href: `${factorUrl(org, factor)}/qr/${factor.id}`, type: 'text/plain' } },
  };
  return { _embedded: { activation } };
}

/** A factor as the authentication API shows it after the password. */
export function maskedFactorJson(user: UserEntity, factor: FactorEntity): Json {
  return {
    id: factor.id,
    factorType: factor.type,
    provider: factor.provider,
    vendorName: factor.provider,
    profile: profileJson(factor, user, masked),
  };
}

function profileJson(factor: FactorEntity, user: UserEntity, show: (text: string) => string): Json {
  const address = factor.address ?? '';
  switch (factor.type) {
    case 'sms':
      return { phoneNumber: show(address) };
    case 'email':
      return { email: show(address) };
    case 'token:software:totp':
      return { credentialId: user.profile.login };
    case 'push':
      return {
        credentialId: user.profile.login,
        deviceType: 'SmartPhone_IPhone',
        name: 'Pretended phone',
        platform: 'IOS',
        version: '17.0',
      };
  }
}

/** `+1 XXX-XXX-1337` and `a...e@example.com`, as Okta writes them. */
function masked(address: string): string {
  const at = address.lastIndexOf('@');
  if (at >= 0) return `${address.charAt(0)}...${address.charAt(at - 1)}${address.slice(at)}`;
  const end = address.slice(-4);
  const american = /^\+1\d{10}$/.test(address);
  return american ? `+1 XXX-XXX-${end}` : `${address.slice(0, 3)} XXX-XXX-${end}`;
}

/** What a QR code would hold: https://github.com/google/google-authenticator/wiki/Key-Uri-Format */
export function otpauthUri(org: Org, user: UserEntity, secret: string): string {
  const issuer = new URL(org.url()).host;
  const label = encodeURIComponent(`${issuer}:${user.profile.login}`);
  return `otpauth://totp/${label}?${new URLSearchParams({ secret, issuer })}`;
}
