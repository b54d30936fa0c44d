/**
 * Audit records: their form, what is left out of them, and the chain of digests that makes a change or a gap visible.
 * Pure: it writes nothing and reads no clock. Called by the pipeline (events, redaction) and the audit log (chain).
 */
export { AuditChainError, type ChainPosition, chainLine, chainStart, verifyLine } from './chain.ts';
export type { AuditEvent, AuditUserIdentity } from './event.ts';
export { hidden, redactParameters } from './redact.ts';
