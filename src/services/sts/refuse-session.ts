import type { Caller } from '#services/operation';
import { type Fault, fault } from '#wire/faults';

/**
 * The rule of STS operations that GetSessionToken and GetFederationToken credentials may not call
 * (IAM User Guide, "Compare AWS STS credentials").
 */
export function refuseSessionOf(operation: string): (caller: Caller) => Fault | undefined {
  return (caller) =>
    caller.session === undefined || caller.kind === 'assumed-role'
      ? undefined
      : fault('AccessDenied', `Cannot call ${operation} with session credentials`);
}
