import { createAccessKeyId } from '#core/identifiers';
import { isEnabledByDefault } from '#core/regions';
import { deriveSecretAccessKey, type SessionClaims, sealToken } from '#core/session-token';
import { fault } from '#wire/faults';
import type { StsTypes } from '#wire/model';
import type { Issuing } from './operation.ts';

/** What a session is to hold; the access key id is made with it. */
export type NewSession = Omit<SessionClaims, 'accessKeyId' | 'issuedAt' | 'expiresAt' | 'region'> & {
  readonly durationSeconds: number;
};

/**
 * Makes the three parts of a temporary credential. Nothing of it is stored: the token carries the session, and the secret follows
 * from the token key and the access key id.
 * Throws PackedPolicyTooLarge when policies and tags do not fit the token.
 */
export function issueSession(call: Issuing, session: NewSession): StsTypes.Credentials {
  const { durationSeconds, ...claims } = session;
  const accessKeyId = createAccessKeyId('ASIA', session.account, call.random);
  const issuedAt = Math.floor(call.now / 1000);
  const expiresAt = issuedAt + durationSeconds;
  const key = call.tokenKey();
  const token = sealToken(
    { ...claims, accessKeyId, issuedAt, expiresAt, region: call.region },
    key,
    call.random(12),
  );
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: deriveSecretAccessKey(key, accessKeyId),
    SessionToken: token,
    Expiration: expiresAt * 1000,
  };
}

/**
 * Throws RegionDisabledException when the account that credentials are for has switched the Region off;
 * in an opt-in Region the caller's account must have it on as well (IAM User Guide, "Managing AWS STS in an AWS Region").
 */
export function checkRegion(call: Issuing, account: string): void {
  const accounts = isEnabledByDefault(call.region) ? [account] : [account, call.caller.account.id];
  for (const id of accounts) {
    if (call.state.all('account').get(id)?.disabledRegions?.includes(call.region) === true) {
      throw fault(
        'RegionDisabledException',
        `STS is not activated in this region for account:${id}. Your account administrator can activate STS in this region using the IAM Console.`,
      );
    }
  }
}
