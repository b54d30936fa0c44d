import { formatIsoSeconds, type Instant } from '#core/time';
import type { AuditEvent, AuditNote, CloudTrailEvent } from './event.ts';

/** A record of the log about itself. */
export function auditNote(note: string, details: Readonly<Record<string, unknown>>, now: Instant): AuditNote {
  return {
    phase: 'note',
    eventVersion: '1.08',
    eventTime: formatIsoSeconds(now),
    eventName: 'AuditLogNote',
    note,
    ...details,
  };
}

/** The event or note of a line of the log; undefined for text that is neither. */
export function parseAuditLine(line: string): AuditEvent | AuditNote | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || !('phase' in parsed)) return undefined;
  return ['intent', 'outcome', 'note'].includes(String(parsed.phase))
    ? (parsed as AuditEvent | AuditNote)
    : undefined;
}

/**
 * What a line of the log is to CloudTrail: the event of the account `recipientAccountId`, in AWS's form. Undefined for intents, for notes,
 * and for requests that nobody has proven to be theirs: these are the operator's to see alone.
 * Every request has one event in each account it concerns: where a crash left an intent alone, the log itself writes the outcome.
 */
export function toCloudTrailEvent(entry: AuditEvent | AuditNote | undefined): CloudTrailEvent | undefined {
  if (entry?.phase !== 'outcome' || entry.recipientAccountId === undefined) return undefined;
  const { phase: _phase, ...event } = entry;
  delete (event as { chain?: unknown }).chain;
  return { ...event, recipientAccountId: entry.recipientAccountId };
}

/** The outcome of a request whose process ended in the middle: nobody knows whether what it asked for was done. */
export function unknownOutcome(intent: AuditEvent): AuditEvent {
  const { phase: _phase, ...event } = intent;
  delete (event as { chain?: unknown }).chain;
  return {
    phase: 'outcome',
    ...event,
    errorCode: 'InternalFailure',
    errorMessage: 'The process ended before the outcome was recorded; what was asked for may have been done.',
    additionalEventData: { ...event.additionalEventData, outcome: 'unknown' },
  };
}
