import { z } from 'zod';
import type { Table } from '../store/resources.ts';
import { defaulted, requiredText } from './fields.ts';

const percentage = () => defaulted(z.number().int().min(0).max(100), 50);

const limit = z.object({
  principalId: requiredText(),
  principalType: z.enum(['SSWS_TOKEN', 'OAUTH_CLIENT']),
  defaultPercentage: percentage(),
  defaultConcurrencyPercentage: percentage(),
});

export type PrincipalRateLimit = z.infer<typeof limit>;

/** The share of a rate limit that one token or client may have. */
export const principalRateLimitTable: Table<PrincipalRateLimit> = {
  name: 'principalRateLimits',
  idPrefix: 'prl',
  schema: limit,
};
