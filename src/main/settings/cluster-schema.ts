import { z } from 'zod';
import { accountId, filePath, region, text } from './values.ts';

export const clusterName = text('the name of a cluster: up to 100 letters, digits, - and _', (given) =>
  /^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/.test(given) ? given : undefined,
);
/** Kept letter by letter: tokens name their issuer so. */
const httpsUrl = text('an https URL without query, such as https://oidc.example.com/id/1', (given) => {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const isPlain = url?.protocol === 'https:' && url.username === '' && url.search === '' && url.hash === '';
  return isPlain ? given : undefined;
});

/** One entry of `clusters`, key by key. */
export const clusterSchema = z.strictObject(
  {
    name: clusterName,
    account: accountId,
    region: region.optional(),
    issuer: httpsUrl,
    jwksUri: httpsUrl.optional(),
    caFile: filePath.optional(),
  },
  { error: 'expected a mapping' },
);

/** A name is a cluster's own in its account and Region. */
export const clusters = z
  .array(clusterSchema, { error: 'expected a list of clusters' })
  .superRefine((given, context) => {
    const placeOf = ({ name, account, region: where }: (typeof given)[number]): string =>
      [account, where, name].join(' ');
    for (const [index, cluster] of given.entries())
      if (given.findIndex((other) => placeOf(other) === placeOf(cluster)) < index)
        context.addIssue({
          code: 'custom',
          path: [index, 'name'],
          message: 'is the name of another cluster of the account and the Region too',
        });
  });
