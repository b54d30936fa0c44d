/**
 * The audit log: append-only JSON lines, one file per day and process, each line chained to the one before it.
 * What `append` acknowledges is on the disk. It decides nothing about what is recorded, and never rewrites what it acknowledged.
 * Of a request whose process died between intent and outcome it writes, when it is opened again, that nobody knows how it ended.
 * Called by the pipeline, which writes, and by those who read and follow the files; composed by main.
 */
export {
  type AuditLog,
  AuditLogError,
  type AuditLogOptions,
  openAuditLog,
  settleAuditLog,
} from './audit-log.ts';
export type { EventQuery } from './event-database.ts';
export {
  type EventIndex,
  type EventIndexOptions,
  type FoundEvent,
  openEventIndex,
} from './event-index.ts';
export { type AuditFile, type AuditFiles, systemFiles } from './files.ts';
export {
  type AuditPosition,
  type AuditReader,
  type AuditStep,
  endOfAuditLog,
  followAuditLog,
  openAuditReader,
  readAuditLine,
  type WriterPosition,
} from './reader.ts';
export { type Retention, type Trimmed, trimAuditLog } from './retention.ts';
export { type AuditLogReport, verifyAuditLog } from './verify.ts';
