import type { Instant } from '#core/time';
import type { CredentialReportDocument } from '#stores/identity';

/** How long a credential report is good: four hours (IAM User Guide, "Generate credential reports"). */
const lifetimeMs = 4 * 3_600_000;

/** Whether a report is too old to be read, and a new one may be written. */
export function isExpired({ generatedAt }: CredentialReportDocument, now: Instant): boolean {
  return now - generatedAt >= lifetimeMs;
}
