import { defineOperation, loadNothing } from '#services/operation';
import type { IdentityStore, Kind, News } from '#stores/identity';
import { brevetOperations } from '#wire/model';

/** What a change of a document touches, as far as decisions rest on it. */
type Touches = 'principal' | 'access-key' | 'bucket' | 'everything' | 'nothing';

const touches: Readonly<Record<Kind, Touches>> = {
  account: 'everything',
  organization: 'everything',
  'account-creation': 'nothing',
  'organizational-unit': 'everything',
  'organization-policy': 'everything',
  'policy-attachment': 'everything',
  user: 'principal',
  group: 'everything',
  role: 'principal',
  policy: 'everything',
  'instance-profile': 'nothing',
  'access-key': 'access-key',
  'mfa-device': 'nothing',
  'login-profile': 'nothing',
  'oidc-provider': 'nothing',
  'saml-provider': 'nothing',
  'used-assertion': 'nothing',
  'pod-identity-association': 'nothing',
  'credential-report': 'nothing',
  'revoked-session': 'access-key',
  'ended-sign-in': 'nothing',
  'redeemed-grant': 'nothing',
  'last-used': 'nothing',
  'token-key': 'nothing',
  bucket: 'bucket',
  'bucket-policy': 'bucket',
  trail: 'nothing',
  'ended-trail': 'nothing',
  'trail-chain': 'nothing',
  'digest-key': 'nothing',
  'instance-identity-key': 'nothing',
  'web-identity-issuer': 'nothing',
  'trust-anchor': 'nothing',
  'anywhere-profile': 'nothing',
  'revocation-list': 'nothing',
  'anywhere-subject': 'nothing',
};

/**
 * What has changed since a place in the order of changes, for those who keep what GetSigningKey told them.
 * Waits up to `WaitSeconds` for the first change, so that a revocation is heard of at once. It names whom something changed for, never what.
 */
export const getChanges = defineOperation(brevetOperations.GetChanges, {
  callers: 'signed',
  effect: 'read',
  load: loadNothing,
  authorize: () => [{ action: 'brevet:GetChanges', resource: '*' }],
  run: async (input, _loaded, { identity }) => {
    const waitMs = (input.WaitSeconds ?? 0) * 1000;
    if (identity.sequence === input.After && waitMs > 0) await newsWithin(identity, waitMs);
    const { sequence, everything, principals, accessKeys, buckets } = summarizeChanges({
      sequence: identity.sequence,
      changes: identity.changesSince(input.After),
    });
    return {
      Sequence: sequence,
      Everything: everything,
      Principals: principals,
      AccessKeys: accessKeys,
      Buckets: buckets,
    };
  },
});

function newsWithin(identity: IdentityStore, waitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      unsubscribe();
      resolve();
    };
    const timer = setTimeout(done, waitMs);
    const unsubscribe = identity.subscribe(done);
  });
}

/** Whom something has changed for. */
export interface ChangeSummary {
  readonly sequence: number;
  /** True when anything may have changed. */
  readonly everything: boolean;
  /** Unique ids of users and roles. */
  readonly principals: readonly string[];
  readonly accessKeys: readonly string[];
  /** Names of buckets that got another owner or policy. */
  readonly buckets: readonly string[];
}

/** What changes mean for those who keep what they were told of callers. */
export function summarizeChanges({ sequence, changes }: News): ChangeSummary {
  const everything = { sequence, everything: true, principals: [], accessKeys: [], buckets: [] };
  if (changes === 'everything') return everything;
  const principals = new Set<string>();
  const accessKeys = new Set<string>();
  const buckets = new Set<string>();
  for (const { kind, id } of changes) {
    // A kind that this version does not know may touch anything.
    switch (Object.hasOwn(touches, kind) ? touches[kind as Kind] : 'everything') {
      case 'principal':
        principals.add(id);
        break;
      case 'access-key':
        accessKeys.add(id);
        break;
      case 'bucket':
        buckets.add(id);
        break;
      case 'everything':
        return everything;
      case 'nothing':
        break;
    }
  }
  return {
    sequence,
    everything: false,
    principals: [...principals],
    accessKeys: [...accessKeys],
    buckets: [...buckets],
  };
}
