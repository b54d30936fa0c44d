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
import type { IdentityStore } from '#stores/identity';
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

/** What a request is about to do, and its way to the disk. */
export interface Intent {
  readonly event: AuditEvent;
  /** Resolves once the record is on the disk; rejects with AuditLogError when the log cannot take it, and then nothing may be done. */
  readonly record: () => Promise<void>;
  /** Whether it was asked to be on the disk. */
  readonly isRecorded: () => boolean;
}

/**
 * Says what is about to be done, for whatever changes state or releases a credential: durably before a change is begun. A credential is
 * made of nothing but this request, so its intent may wait for the first write to the store, or for the outcome that goes to the disk with it.
 */
export async function recordIntent(
  audit: AuditLog,
  entry: Entry,
  walked: Walked,
): Promise<Intent | undefined> {
  const { effect } = walked.operation;
  if (effect === 'read') return undefined;
  const event = eventOf('intent', entry, walked);
  let recorded: Promise<void> | undefined;
  const record = (): Promise<void> => {
    recorded ??= audit.append(event);
    return recorded;
  };
  if (effect === 'change') await record();
  return { event, record, isRecorded: () => recorded !== undefined };
}

/** The store as a run may use it. INVARIANT: nothing is written before the intent is on the disk. */
export function writeAfter(intent: Intent | undefined, identity: IdentityStore): IdentityStore {
  if (intent === undefined) return identity;
  return {
    get state() {
      return identity.state;
    },
    get sequence() {
      return identity.sequence;
    },
    changesSince: (sequence) => identity.changesSince(sequence),
    subscribe: (onNews) => identity.subscribe(onNews),
    refresh: () => identity.refresh(),
    hasNews: () => identity.hasNews(),
    async write(mutate) {
      await intent.record();
      return await identity.write(mutate);
    },
    close: () => identity.close(),
  };
}

/**
 * Says what was done. For a change or a credential the intent and this are durable before it resolves, and it rejects with AuditLogError
 * when they cannot be: then the answer must not leave. Reads are recorded with the next group.
 */
export async function recordOutcome(
  audit: AuditLog,
  entry: Entry,
  walked: Walked & { readonly output: unknown; readonly intent: Intent | undefined },
): Promise<void> {
  const { intent, output } = walked;
  if (intent === undefined) {
    audit.appendLater(eventOf('outcome', entry, walked));
    return;
  }
  const outcome: AuditEvent = {
    ...intent.event,
    phase: 'outcome',
    responseElements: redactParameters(output),
    eventID: createUuid(entry.random),
  };
  if (!intent.isRecorded()) {
    await audit.append(intent.event, outcome);
    return;
  }
  await intent.record();
  await audit.append(outcome);
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
