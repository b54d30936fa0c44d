import { type CompiledPolicy, compilePolicy, parsePolicy } from '#core/policy';
import { RecentlyUsed } from '#core/recently-used';
import type { BucketDescription } from '#services/brevet';
import type { KnownBucket } from './buckets.ts';

const mostPolicies = 2000;

/** Compiles the policies of buckets, each text once. Throws PolicyError for a text that is no policy: the request fails. */
export function createBucketCompiler(): (description: BucketDescription) => KnownBucket {
  // By text and ids, and not by any object: documents without ids share one, and would take each other's policy.
  const resource = new RecentlyUsed<string, CompiledPolicy>(mostPolicies);
  const rcp = new RecentlyUsed<string, CompiledPolicy>(mostPolicies);
  return ({ isRegistered, account, policy, rcps, context }) => ({
    isRegistered,
    account,
    context,
    ...(policy === undefined
      ? {}
      : {
          policy: {
            name: 'bucket policy',
            policy: resource.get(JSON.stringify([policy.text, policy.principalIds]), () =>
              compilePolicy(parsePolicy(policy.text, 'resource'), {
                principalIds: new Map(Object.entries(policy.principalIds)),
              }),
            ),
          },
          shownPolicy: () => policy.shown,
        }),
    ...(rcps === undefined
      ? {}
      : {
          rcps: rcps.map((level) =>
            level.map(({ name, text }) => ({
              name,
              policy: rcp.get(text, () => compilePolicy(parsePolicy(text, 'rcp'))),
            })),
          ),
        }),
  });
}
