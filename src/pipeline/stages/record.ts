import { type AuditEvent, type AuditUserIdentity, auditNote, hidden, limitField } from '#core/audit';
import { type AccountId, createUuid, type RandomBytes } from '#core/identifiers';
import { isRegion } from '#core/regions';
import { formatIsoSeconds, type Instant } from '#core/time';
import type { Claim, Operation, RecordDetails, Unsupported } from '#services/operation';
import type { AuditLog } from '#stores/audit-log';
import { answerOf, type Fault } from '#wire/faults';
import { type ServiceModel, serviceModels } from '#wire/model';
import { header, type WireRequest } from '../exchange.ts';
import type { Authenticated, Sender } from './authenticate.ts';
import { describeStructure } from './describe-value.ts';
import type { NoiseLimit } from './noise-limit.ts';
import type { Route } from './route.ts';
import { foreignIdentity, userIdentity } from './user-identity.ts';

/** Texts of the client or about the request have no more characters in a record. */
export const textLimit = 1024;
/** Below this no field can come near CloudTrail's 100 KB, even if every byte needs six in JSON. */
const smallRequestBytes = 16_000;

/** The request a record is about. */
export interface Entry {
  readonly request: WireRequest;
  readonly requestId: string;
  readonly now: Instant;
  readonly random: RandomBytes;
}

type Details = RecordDetails<unknown>;

/** How far a request has come; what a failure knows when it jumps to the end. */
export interface Progress {
  target?: Extract<Route, { kind: 'operation' }>;
  authenticated?: Authenticated;
  /** Whom an identity provider's token has proven, where nobody signed. */
  federated?: Sender;
  /** What a service of AWS's is doing, or somebody at a door for people: no table has it. The sender once it is known. */
  served?: { readonly operation: RecordedOperation; readonly sender?: Sender };
  /** Whom somebody at a door for people says they are; nothing of it is proven. */
  claimed?: Claim | undefined;
  input?: unknown;
  details?: Details | undefined;
}

/** What a record says of an operation. */
type RecordedOperation = Pick<Operation, 'model' | 'effect' | 'readOnly'>;

interface Walked {
  readonly operation: RecordedOperation;
  readonly authenticated: Sender;
  readonly input: unknown;
  readonly details: Details | undefined;
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
 * made of nothing but this request, so its intent may wait for the first write to the store. Without such a write nothing has been done
 * before the outcome is on the disk, and the outcome says it all.
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

/**
 * Says what was done. For a change or a credential this, and what was said before, is durable before it resolves, and it rejects with AuditLogError
 * when they cannot be: then the answer must not leave. Reads are recorded with the next group.
 */
export async function recordOutcome(
  audit: AuditLog,
  entry: Entry,
  walked: Walked & { readonly output: unknown; readonly intent: Intent | undefined },
): Promise<void> {
  const { intent } = walked;
  if (intent === undefined) {
    audit.appendLater(eventOf('outcome', entry, walked));
    return;
  }
  if (intent.isRecorded()) await intent.record();
  await audit.append(...outcomesOf(intent.event, entry, walked));
}

/** The event of the caller's account, and that of the account whose resource was used when it is another. */
function outcomesOf(
  intent: AuditEvent,
  entry: Entry,
  { operation, authenticated: { caller }, details, output }: Walked & { readonly output: unknown },
): readonly AuditEvent[] {
  const elements =
    details?.responseElements === undefined
      ? describeStructure(operation.model.output, output)
      : details.responseElements(output);
  const outcome: AuditEvent = {
    ...intent,
    phase: 'outcome',
    responseElements: limited(entry.request, elements),
    eventID: createUuid(entry.random),
  };
  const owner = details?.owner;
  const isOutside = caller.kind === 'federated' || caller.kind === 'service' || caller.kind === 'certificate';
  if (owner === undefined || owner === caller.account.id || isOutside) return [outcome];
  const sharedEventID = createUuid(entry.random);
  return [
    { ...outcome, sharedEventID },
    {
      ...outcome,
      userIdentity: foreignIdentity(caller),
      eventID: createUuid(entry.random),
      recipientAccountId: owner,
      sharedEventID,
    },
  ];
}

/**
 * Says what was refused or went wrong. The caller gets nothing but the refusal, so it does not wait for the disk. What nobody has proven
 * to be theirs is recorded under no account, as far as the limit of its source goes.
 */
export function recordFailure(
  audit: AuditLog,
  entry: Entry,
  progress: Progress,
  fault: Fault,
  noise: NoiseLimit,
): void {
  const { target, served } = progress;
  const authenticated = progress.authenticated ?? progress.federated ?? served?.sender;
  // A verifier passes on what anybody may have sent to it: which credentials it was refused for says nothing of itself.
  const isOfUnknown = authenticated === undefined || fault.code === 'CallerRefusedException';
  if (isOfUnknown && !noise.admit(entry.request.sourceIp, entry.now)) return;
  const model = target?.model ?? served?.operation.model.service ?? serviceModels.sts;
  const { text } = answerOf(fault, model);
  audit.appendLater({
    ...eventOf('outcome', entry, {
      ...progress,
      ...(authenticated === undefined ? {} : { authenticated }),
      operation: target?.operation ?? served?.operation,
    }),
    ...(progress.details?.refused !== undefined && fault.code === 'AccessDenied'
      ? progress.details.refused
      : {
          errorCode: errorCodeOf(fault, model),
          ...(text === undefined ? {} : { errorMessage: text.slice(0, textLimit) }),
        }),
  });
}

/** Writes how many requests of unknown senders were not recorded one by one, once their minute is over. */
export function recordLeftOut(audit: AuditLog, now: Instant, noise: NoiseLimit, atOnce = false): void {
  const leftOut = noise.takeLeftOut(now, atOnce);
  if (leftOut === undefined) return;
  audit.appendLater(
    auditNote('requests of unknown senders were counted instead of recorded', { ...leftOut }, now),
  );
}

/** Codes that CloudTrail spells in another way than the query services. */
const recordSpellings: Readonly<Record<string, string>> = {
  ExpiredToken: 'ExpiredTokenException',
  Throttling: 'ThrottlingException',
  ValidationError: 'ValidationException',
};

/** CloudTrail names a modelled error by its shape: `NoSuchEntityException`, where the wire says `NoSuchEntity`. */
function errorCodeOf(fault: Fault, model: ServiceModel): string {
  return model.errors.get(answerOf(fault, model).code)?.name ?? recordSpellings[fault.code] ?? fault.code;
}

interface Known {
  readonly operation?: RecordedOperation | Unsupported | undefined;
  readonly authenticated?: Sender;
  readonly claimed?: Claim | undefined;
  readonly input?: unknown;
  readonly details?: Details | undefined;
}

function eventOf(
  phase: 'intent' | 'outcome',
  entry: Entry,
  { operation, authenticated, claimed, input, details }: Known,
): AuditEvent {
  const { request } = entry;
  const model = operation?.model.service;
  const parameters = { ...describeStructure(operation?.model.input, input), ...details?.requestParameters };
  const additionalEventData = {
    ...(authenticated !== undefined && model?.service === 'sts'
      ? { RequestDetails: requestDetails(request, authenticated.requestedRegion) }
      : {}),
    ...details?.additionalEventData,
    ...traceOf(request),
  };
  return {
    phase,
    eventVersion: '1.08',
    userIdentity:
      authenticated === undefined
        ? claimedIdentity(claimed)
        : identityOf(authenticated.caller, details?.assumesRoot),
    eventTime: formatIsoSeconds(entry.now),
    eventSource: `${model?.service ?? 'unknown'}.amazonaws.com`,
    eventName: operation?.model.name ?? 'Unknown',
    awsRegion: authenticated?.requestedRegion ?? 'us-east-1',
    sourceIPAddress: request.sourceIp,
    userAgent: header(request, 'user-agent')?.slice(0, textLimit) ?? '',
    requestParameters: limited(request, Object.keys(parameters).length === 0 ? null : parameters),
    responseElements: null,
    ...(Object.keys(additionalEventData).length === 0 ? {} : { additionalEventData }),
    requestID: entry.requestId,
    eventID: createUuid(entry.random),
    readOnly: isReadOnly(operation),
    ...(details?.resources === undefined ? {} : { resources: details.resources }),
    eventType: details?.eventType ?? 'AwsApiCall',
    ...(model === undefined || model.service === 'signin' ? {} : { apiVersion: model.apiVersion }),
    managementEvent: true,
    ...recipientOf(authenticated?.caller.account.id ?? claimed?.account),
    eventCategory: 'Management',
    tlsDetails: tlsDetails(request),
  };
}

function recipientOf(account: AccountId | undefined): Pick<AuditEvent, 'recipientAccountId'> {
  return account === undefined ? {} : { recipientAccountId: account };
}

/** A name that is no user's is not written down: people type passwords where names belong. */
function claimedIdentity(claimed: Claim | undefined): AuditUserIdentity {
  if (claimed === undefined) return { type: 'Unknown' };
  const { account: accountId, user } = claimed;
  return user === undefined
    ? { type: 'IAMUser', accountId, userName: hidden }
    : { type: 'IAMUser', principalId: user.principalId, arn: user.arn, accountId, userName: user.userName };
}

function identityOf(caller: Sender['caller'], assumesRoot: true | undefined): AuditUserIdentity {
  const identity = userIdentity(caller);
  const { sessionContext } = identity;
  if (assumesRoot === undefined || sessionContext === undefined) return identity;
  return { ...identity, sessionContext: { ...sessionContext, assumedRoot: 'true' } };
}

const readingNames = /^(Describe|Get|List|Lookup|Search|Simulate)/;

function isReadOnly(operation: RecordedOperation | Unsupported | undefined): boolean {
  if (operation === undefined) return true;
  if ('unsupported' in operation) return readingNames.test(operation.model.name);
  return operation.readOnly ?? operation.effect === 'read';
}

function limited(request: WireRequest, value: unknown): unknown {
  return request.body.length + request.target.length < smallRequestBytes ? value : limitField(value);
}

/** Through which of STS's endpoints a request came: the global one goes by its host name, or by none that names a Region. */
function requestDetails(request: WireRequest, awsServingRegion: string): Readonly<Record<string, string>> {
  const [service, region = ''] = (header(request, 'host') ?? '').toLowerCase().split('.');
  const isGlobal = service === 'sts' && !isRegion(region);
  return { endpointType: isGlobal ? 'global' : 'regional', awsServingRegion };
}

const traceParent = /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(?:-|$)/;

/** The trace a request belongs to (W3C Trace Context §3.2). */
export function traceOf(request: WireRequest): { readonly traceId?: string; readonly spanId?: string } {
  const [, traceId, spanId] = traceParent.exec(header(request, 'traceparent') ?? '') ?? [];
  return traceId === undefined || spanId === undefined ? {} : { traceId, spanId };
}

/** How a request was protected on its way, and for which host it was meant (CloudTrail User Guide, "CloudTrail record contents"). */
export function tlsDetails(request: WireRequest): NonNullable<AuditEvent['tlsDetails']> {
  const { tls } = request;
  const host = header(request, 'host');
  return {
    ...(tls === undefined ? {} : { tlsVersion: tls.version, cipherSuite: tls.cipherSuite }),
    ...(host === undefined ? {} : { clientProvidedHostHeader: host.slice(0, textLimit) }),
  };
}
