import { FederationError } from '#core/federation';
import { PolicyError } from '#core/policy';
import { SessionTokenError } from '#core/session-token';
import { SigV4Error } from '#core/sigv4';
import { AuditLogError } from '#stores/audit-log';
import { IdentityStoreError } from '#stores/identity';
import { Fault, fault } from '#wire/faults';
import { Denied } from './stages/authorize.ts';

/**
 * The one mapping from what can go wrong to what the caller is told. What is not known here becomes InternalFailure:
 * its cause goes to the log, never to the caller.
 */
export function toFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  if (error instanceof Denied) return error.fault;
  if (error instanceof SigV4Error) return fault(error.code, error.message);
  if (error instanceof FederationError) return fault(error.code, error.message);
  if (error instanceof PolicyError) return fault('MalformedPolicyDocument', error.message);
  if (error instanceof SessionTokenError && error.code === 'PackedPolicyTooLarge') {
    return fault('PackedPolicyTooLarge', error.message);
  }
  if (error instanceof AuditLogError || error instanceof IdentityStoreError)
    return fault('ServiceUnavailable');
  return fault('InternalFailure');
}
