import { type AccessKeyId, accountOfAccessKeyId } from '#core/identifiers';
import { longestSessionSeconds } from '#core/session-token';
import type { World } from '#services/operation';
import type { IdentityTransaction, RevokedSessionDocument } from '#stores/identity';
import { noSuchEntity } from '#wire/faults';
import { checkQuota } from '../base/quotas.ts';

/** An hour more than any session can live, for clocks that differ. */
const keptMs = (longestSessionSeconds + 3600) * 1000;

/** The temporary access key that a request names as such: by an id of one, and without the name of a user, who has none of these. */
export function sessionKeyId(input: {
  readonly UserName?: string | undefined;
  readonly AccessKeyId: string;
}): AccessKeyId | undefined {
  return input.UserName === undefined && input.AccessKeyId.startsWith('ASIA')
    ? (input.AccessKeyId as AccessKeyId)
    : undefined;
}

/**
 * Ends the session of a temporary access key of the caller's account from the next request on, or lets it go on again (`Active`).
 * Nothing is known of a session but its id, so an id that was never issued is taken as well. What no living session can need is dropped.
 * Throws NoSuchEntity for a key of another account and for one that was deleted, LimitExceeded.
 */
export function setSessionStatus(
  { state, put, delete: remove }: IdentityTransaction,
  { caller, now }: World,
  id: AccessKeyId,
  status: RevokedSessionDocument['status'] | 'Active',
): void {
  const account = caller.account.id;
  const sessions = state.all('revoked-session');
  const present = sessions.get(id);
  if (accountOfAccessKeyId(id) !== account || present?.status === 'Deleted')
    throw noSuchEntity('access key', id);
  for (const { id: old, revokedAt } of sessions.list(account))
    if (revokedAt + keptMs <= now) remove('revoked-session', old);
  if (status === 'Active') {
    if (present !== undefined) remove('revoked-session', id);
    return;
  }
  if (present === undefined) checkQuota('RevokedSessionsPerAccount', sessions.count(account));
  put('revoked-session', { id, account, revokedAt: now, status });
}
