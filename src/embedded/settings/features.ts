import { z } from 'zod';
import type { Resources, Table } from '../store/resources.ts';

const feature = z.object({ name: z.string(), description: z.string(), stage: z.string() });

export type Feature = z.infer<typeof feature>;

/** ACTIVE: enabled. */
export const featureTable: Table<Feature> = { name: 'features', idPrefix: 'ftr', schema: feature };

/** By what they turn on. */
const ids = { directAuth: 'ftr1directAuth000000', customMails: 'ftr1customEmail00000' } as const;

/** Those of Okta's that this org knows; each of them an administrator may turn on and off. */
const known: readonly (Feature & { readonly id: string })[] = [
  {
    id: ids.directAuth,
    name: 'Direct Authentication',
    description: 'Direct authentication grants for apps that have their own sign-in page.',
    stage: 'EA',
  },
  {
    id: ids.customMails,
    name: 'Email Customizations',
    description: 'Customized mails for each brand and language.',
    stage: 'EA',
  },
];

export function addFeatures(resources: Resources): void {
  for (const { id, ...body } of known) resources.add(featureTable, { id, body });
}

/** Whether administrators have left a feature on. */
export function isEnabled(resources: Resources, feature: keyof typeof ids): boolean {
  return resources.of(featureTable).get(ids[feature])?.status === 'ACTIVE';
}
