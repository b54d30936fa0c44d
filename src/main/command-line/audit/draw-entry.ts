import type { AuditEvent, AuditNote } from '#core/audit';
import { printable } from '../explain/tree.ts';

/** Which records to show. */
export interface TailFilter {
  readonly principal?: string;
  readonly event?: string;
  readonly accessKey?: string;
  readonly outcome?: string;
  readonly account?: string;
}

type Outcome = 'success' | 'denied' | 'failed' | 'unknown';

const colours: Readonly<Record<Outcome, string>> = {
  success: '32',
  denied: '31',
  failed: '33',
  unknown: '35',
};

/** True for a record that is to be shown: intents never are, notes only where nothing is filtered. */
export function matchEntry(entry: AuditEvent | AuditNote, filter: TailFilter): boolean {
  const { principal, event, accessKey, outcome, account } = filter;
  if (entry.phase === 'note')
    return [principal, event, accessKey, outcome, account].every((one) => one === undefined);
  if (entry.phase === 'intent') return false;
  const { userIdentity } = entry;
  return (
    (principal === undefined || principalsOf(entry).some((text) => text.includes(principal))) &&
    (event === undefined || entry.eventName.toLowerCase() === event.toLowerCase()) &&
    (accessKey === undefined || userIdentity.accessKeyId === accessKey) &&
    (outcome === undefined || outcomeOf(entry) === outcome) &&
    (account === undefined || entry.recipientAccountId === account)
  );
}

function principalsOf({ userIdentity }: AuditEvent): readonly string[] {
  const { arn, userName, principalId, accountId, sessionContext } = userIdentity;
  return [arn, userName, principalId, accountId, sessionContext?.sessionIssuer?.arn].filter(
    (text) => text !== undefined,
  );
}

function outcomeOf({ errorCode, additionalEventData }: AuditEvent): Outcome {
  if (additionalEventData?.outcome === 'unknown') return 'unknown';
  if (errorCode === undefined) return 'success';
  return errorCode.startsWith('AccessDenied') ? 'denied' : 'failed';
}

/** A record as one line: when, what, by whom, how it ended, from where. */
export function drawEntry(entry: AuditEvent | AuditNote, colour: boolean): string {
  if (entry.phase === 'note') {
    const { eventTime, note, phase, eventVersion, eventName, chain, ...details } = entry;
    return printable(`${eventTime}  note: ${note} ${JSON.stringify(details)}`);
  }
  const outcome = outcomeOf(entry);
  const told = outcome === 'success' ? outcome : `${outcome} ${entry.errorCode ?? ''}`.trimEnd();
  const { arn, type, accountId, accessKeyId } = entry.userIdentity;
  const who = arn ?? [type, accountId].filter((text) => text !== undefined).join(' ');
  const parts = [
    entry.eventTime,
    entry.recipientAccountId ?? '-',
    `${entry.eventSource.replace('.amazonaws.com', '')}:${entry.eventName}`,
    who,
    accessKeyId ?? '-',
    entry.sourceIPAddress,
  ].map(printable);
  const ended = printable(told);
  return [...parts, colour ? `\u001b[${colours[outcome]}m${ended}\u001b[0m` : ended].join('  ');
}
