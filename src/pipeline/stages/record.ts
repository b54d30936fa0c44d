import { rootArn } from '#core/arn';
import { type AuditEvent, redactParameters } from '#core/audit';
import { createUuid, type RandomBytes } from '#core/identifiers';
import { formatIsoSeconds, type Instant } from '#core/time';
import {
  type Caller,
  callerArn,
  callerUserId,
  type Operation,
  roleArn,
  type Unsupported,
  userArn,
} from '#services/operation';
import type { AuditLog } from '#stores/audit-log';
import { answerOf, type Fault } from '#wire/faults';
import { serviceModels } from '#wire/model';
import { header, type WireRequest } from '../exchange.ts';
import type { Authenticated } from './authenticate.ts';
import type { Route } from './route.ts';

const userAgentLimit = 1000;

/** The request a record is about. */
export interface Entry {
  readonly request: WireRequest;
  readonly requestId: string;
  readonly now: Instant;
  readonly random: RandomBytes;
}

/** How far a request has come; what a failure knows when it jumps to the end. */
export interface Progress {
  target?: Extract<Route, { kind: 'operation' }>;
  authenticated?: Authenticated;
  input?: unknown;
}

interface Walked {
  readonly operation: Operation;
  readonly authenticated: Authenticated;
  readonly input: unknown;
}

/**
 * Says durably what is about to be done, for whatever changes state or releases a credential; resolves with the record, if there is one.
 * Rejects with AuditLogError when the log cannot take it; then nothing may be done.
 */
export async function recordIntent(
  audit: AuditLog,
  entry: Entry,
  walked: Walked,
): Promise<AuditEvent | undefined> {
  if (walked.operation.effect === 'read') return undefined;
  const event = eventOf('intent', entry, walked);
  await audit.append(event);
  return event;
}

/**
 * Says what was done. For a change or a credential it is durable before this resolves, and rejects with AuditLogError when it cannot be:
 * then the answer must not leave. Reads are recorded with the next group.
 */
export async function recordOutcome(
  audit: AuditLog,
  entry: Entry,
  walked: Walked & { readonly output: unknown; readonly intent: AuditEvent | undefined },
): Promise<void> {
  const { intent, output } = walked;
  if (intent === undefined) {
    audit.appendLater(eventOf('outcome', entry, walked));
    return;
  }
  await audit.append({
    ...intent,
    phase: 'outcome',
    responseElements: redactParameters(output),
    eventID: createUuid(entry.random),
  });
}

/** Says what was refused or went wrong. The caller gets nothing but the refusal, so it does not wait for the disk. */
export function recordFailure(audit: AuditLog, entry: Entry, progress: Progress, fault: Fault): void {
  const { target, authenticated, input } = progress;
  const { code, text } = answerOf(fault, target?.model ?? serviceModels.sts);
  audit.appendLater({
    ...eventOf('outcome', entry, { operation: target?.operation, authenticated, input }),
    errorCode: code,
    ...(text === undefined ? {} : { errorMessage: text }),
  });
}

interface Known {
  readonly operation: Operation | Unsupported | undefined;
  readonly authenticated: Authenticated | undefined;
  readonly input: unknown;
}

function eventOf(
  phase: 'intent' | 'outcome',
  entry: Entry,
  { operation, authenticated, input }: Known,
): AuditEvent {
  return {
    phase,
    eventVersion: '1.08',
    eventTime: formatIsoSeconds(entry.now),
    eventSource: `${operation?.model.service.service ?? 'unknown'}.amazonaws.com`,
    eventName: operation?.model.name ?? 'Unknown',
    awsRegion: authenticated?.requestedRegion ?? 'us-east-1',
    sourceIPAddress: entry.request.sourceIp,
    userAgent: header(entry.request, 'user-agent')?.slice(0, userAgentLimit) ?? '',
    userIdentity: authenticated === undefined ? { type: 'Unknown' } : userIdentity(authenticated.caller),
    requestParameters: input === undefined ? null : redactParameters(input),
    responseElements: null,
    requestID: entry.requestId,
    eventID: createUuid(entry.random),
    readOnly: operation === undefined || !('effect' in operation) || operation.effect === 'read',
    ...(authenticated === undefined ? {} : { recipientAccountId: authenticated.caller.account.id }),
  };
}

/** The caller in CloudTrail's form (CloudTrail User Guide, "userIdentity element"). */
function userIdentity(caller: Caller): AuditEvent['userIdentity'] {
  const accountId = caller.account.id;
  const whose = {
    principalId: callerUserId(caller),
    arn: callerArn(caller),
    accountId,
    accessKeyId: caller.accessKeyId,
  };
  const { session } = caller;
  const attributes = session && {
    creationDate: formatIsoSeconds(session.issuedAt * 1000),
    mfaAuthenticated: String(session.mfaAt !== undefined),
  };
  const sourceIdentity =
    session?.sourceIdentity === undefined ? {} : { sourceIdentity: session.sourceIdentity };
  switch (caller.kind) {
    case 'root':
      return { type: 'Root', ...whose, ...(attributes && { sessionContext: { attributes } }) };
    case 'user':
      return {
        type: 'IAMUser',
        ...whose,
        userName: caller.user.name,
        ...(attributes && { sessionContext: { attributes } }),
      };
    case 'assumed-role': {
      const { role } = caller;
      const sessionIssuer = {
        type: 'Role',
        principalId: role.id,
        arn: roleArn(role),
        accountId,
        userName: role.name,
      };
      return {
        type: 'AssumedRole',
        ...whose,
        sessionContext: { sessionIssuer, attributes, ...sourceIdentity },
      };
    }
    case 'federated-user': {
      const { issuer } = caller;
      const sessionIssuer =
        issuer === undefined
          ? { type: 'Root', principalId: accountId, arn: rootArn(accountId), accountId }
          : {
              type: 'IAMUser',
              principalId: issuer.id,
              arn: userArn(issuer),
              accountId,
              userName: issuer.name,
            };
      return { type: 'FederatedUser', ...whose, sessionContext: { sessionIssuer, attributes } };
    }
  }
}
