/**
 * The audit log: append-only JSON lines, one file per day and process, each line chained to the one before it.
 * What `append` acknowledges is on the disk. It decides nothing about what is recorded, and never rewrites what it acknowledged.
 * Called by the pipeline; composed by main.
 */
export { type AuditLog, AuditLogError, type AuditLogOptions, openAuditLog } from './audit-log.ts';
export { type AuditFile, type AuditFiles, systemFiles } from './files.ts';
export { type AuditLogReport, verifyAuditLog } from './verify.ts';
