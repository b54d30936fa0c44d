/**
 * Audit records: their form, what is left out of them, what an account sees of them, and the chain of digests that makes a change or a gap
 * visible. Pure: it writes nothing and reads no clock.
 * Called by the pipeline (events), the audit log (chain) and whoever reads it.
 */
export {
  AuditChainError,
  type ChainPosition,
  chainLine,
  chainStart,
  readChain,
  verifyLine,
} from './chain.ts';
export { auditNote, parseAuditLine, toCloudTrailEvent, unknownOutcome } from './cloudtrail-event.ts';
export type {
  AuditEvent,
  AuditNote,
  AuditResource,
  AuditSessionContext,
  AuditUserIdentity,
  CloudTrailEvent,
} from './event.ts';
export {
  type LookupAttribute,
  type LookupResource,
  lookupAttributes,
  lookupResources,
  lookupUsername,
  lookupValues,
} from './lookup.ts';
export {
  formatRecordTime,
  hidden,
  isHiddenMember,
  isSecretMember,
  limitField,
  recordName,
} from './redact.ts';
