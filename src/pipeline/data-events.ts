import { STATUS_CODES } from 'node:http';
import { type AuditEvent, type AuditResource, type AuditUserIdentity, limitField } from '#core/audit';
import { type AccountId, createUuid } from '#core/identifiers';
import { formatIsoSeconds, type Instant } from '#core/time';
import { selectsDataEvents, trailLogs } from '#core/trail';
import { type Caller, type CallerDescription, findCaller } from '#services/operation';
import { Fault } from '#wire/faults';
import { header, type WireRequest } from './exchange.ts';
import type { PipelineOptions } from './handle.ts';
import { textLimit, tlsDetails, traceOf } from './stages/record.ts';
import { foreignIdentity, userIdentity } from './stages/user-identity.ts';

/** An S3 request that a door has answered, whoever it was from. */
export interface DataRequest {
  /** As the S3 API names it. */
  readonly operation: string;
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  /** Decoded parameters of the operation; nothing of a signature. */
  readonly query: ReadonlyMap<string, string>;
  /** The caller whom the gateway has proven; absent when nobody signed. */
  readonly requester?: Pick<
    CallerDescription,
    'account' | 'arn' | 'principalId' | 'sessionName' | 'accessKeyId'
  > & {
    readonly sessionToken: string | undefined;
  };
  readonly authType: 'REST-HEADER' | 'REST-QUERY-STRING' | 'POST' | undefined;
  /** Whose the bucket is when no gateway made it. */
  readonly ownerAccount: AccountId;
  /** True for a bucket that no gateway can have made, whatever is made under its name: its owner is the one above. */
  readonly isApart?: true;
  /** Where the bucket is. */
  readonly region: string;
  readonly receivedAt: Instant;
  readonly requestId: string;
  /** The HTTP status of the answer. */
  readonly status: number;
  /** Present when the gateway refused. */
  readonly refusal?: { readonly code: string; readonly message: string };
  /** What came over the wire. */
  readonly request: WireRequest;
}

/** Never throws: the request is answered. */
export type RecordDataEvent = (request: DataRequest) => void;

/** Operations on a bucket as a whole that are data events all the same (Amazon S3 User Guide, "Amazon S3 CloudTrail events"). */
const bucketWide: ReadonlySet<string> = new Set([
  'DeleteObjects',
  'HeadBucket',
  'ListMultipartUploads',
  'ListObjects',
  'ListObjectsV2',
  'ListObjectVersions',
]);
const reading = /^(?:Get|Head|List|Select)/;

const authenticationMethods = {
  'REST-HEADER': 'AuthHeader',
  'REST-QUERY-STRING': 'QueryString',
  POST: 'HtmlForm',
} as const;

const anonymous: AuditUserIdentity = { type: 'AWSAccount', principalId: '', accountId: 'anonymous' };

/**
 * Writes what was done to objects as data events of S3 (CloudTrail User Guide, "Logging data events"): under the account of the bucket's owner
 * and that of the caller, for each of them only if a trail of the account logs it now. An event that no trail wants is not written anywhere.
 * It is written after the answer and waits for nobody: the store keeps the object, and no credential is released by it.
 * Of requests that nobody signed and the gateway refused, some are written and the others counted: they must not fill the disk.
 */
export function createDataEventRecorder(
  options: Pick<PipelineOptions, 'identity' | 'audit' | 'noise' | 'box' | 'keyring' | 'clock' | 'random'>,
): RecordDataEvent {
  const { identity, audit, noise, box, keyring, clock, random } = options;
  return (call) => {
    const { bucket, key, operation, requester } = call;
    if (bucket === undefined || (key === undefined && !bucketWide.has(operation))) return;
    const { state } = identity;
    const made = call.isApart === true ? undefined : state.all('bucket').get(bucket);
    const owner = made?.account ?? call.ownerAccount;
    const recipients = new Set([owner, ...(requester === undefined ? [] : [requester.account])]);
    const trails = [...state.all('trail').values()].filter(
      ({ account, selectors }) =>
        recipients.has(account) && selectors !== undefined && selectsDataEvents(selectors),
    );
    if (trails.length === 0) return;
    const isNoise = requester === undefined && call.refusal !== undefined;
    if (isNoise && !noise.admit(call.request.sourceIp, clock())) return;
    const findTokenKey: PipelineOptions['keyring']['find'] = (id) => keyring.find(id);
    const source = { state, box, findTokenKey, now: call.receivedAt };
    const caller = requester === undefined ? undefined : knownCaller(source, requester);
    const shared = recipients.size === 1 ? {} : { sharedEventID: createUuid(random) };
    for (const recipient of recipients) {
      const isOwn = requester === undefined || requester.account === recipient;
      const event = eventOf(call, bucket, owner, {
        userIdentity: identityFor(requester, caller, isOwn),
        error: errorOf(call, isOwn),
        eventID: createUuid(random),
        recipient: { recipientAccountId: recipient, ...shared },
      });
      if (trails.some((trail) => trailLogs(trail, event))) audit.appendLater(event);
    }
  };
}

type Requester = NonNullable<DataRequest['requester']>;

/** The caller in full; undefined when their credentials were withdrawn while they were answered. */
function knownCaller(
  source: Parameters<typeof findCaller>[0],
  { accessKeyId, sessionToken }: Requester,
): Caller | undefined {
  try {
    return findCaller(source, accessKeyId, sessionToken).caller;
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

function identityFor(
  requester: Requester | undefined,
  caller: Caller | undefined,
  isOwn: boolean,
): AuditUserIdentity {
  if (requester === undefined) return anonymous;
  if (caller !== undefined) return isOwn ? userIdentity(caller) : foreignIdentity(caller);
  const { account, arn, accessKeyId, principalId, sessionName } = requester;
  return {
    type: 'AWSAccount',
    principalId: sessionName === undefined ? principalId : `${principalId}:${sessionName}`,
    ...(isOwn ? { arn, accountId: account, accessKeyId } : { accountId: account }),
  };
}

/** What differs between the records of the recipients. */
interface Own {
  readonly userIdentity: AuditUserIdentity;
  readonly error: { readonly errorCode?: string; readonly errorMessage?: string };
  readonly eventID: string;
  readonly recipient: { readonly recipientAccountId: string; readonly sharedEventID?: string };
}

function eventOf(
  call: DataRequest,
  bucket: string,
  owner: string,
  { userIdentity: whose, error, eventID, recipient }: Own,
): AuditEvent & { readonly recipientAccountId: string } {
  const { operation, key, query, authType, request, requestId, receivedAt } = call;
  return {
    phase: 'outcome',
    eventVersion: '1.08',
    userIdentity: whose,
    eventTime: formatIsoSeconds(receivedAt),
    eventSource: 's3.amazonaws.com',
    // CloudTrail knows both versions of the operation by one name.
    eventName: operation === 'ListObjectsV2' ? 'ListObjects' : operation,
    awsRegion: call.region,
    sourceIPAddress: request.sourceIp,
    userAgent: header(request, 'user-agent')?.slice(0, textLimit) ?? '',
    ...error,
    requestParameters: limitField({
      ...Object.fromEntries(query),
      bucketName: bucket,
      Host: header(request, 'host')?.slice(0, textLimit) ?? '',
      ...(key === undefined ? {} : { key }),
    }),
    responseElements: null,
    additionalEventData: {
      ...(authType === undefined
        ? {}
        : { SignatureVersion: 'SigV4', AuthenticationMethod: authenticationMethods[authType] }),
      'x-amz-id-2': requestId,
      ...traceOf(request),
    },
    requestID: requestId,
    eventID,
    readOnly: reading.test(operation),
    resources: resourcesOf(bucket, key, owner),
    eventType: 'AwsApiCall',
    managementEvent: false,
    ...recipient,
    eventCategory: 'Data',
    tlsDetails: tlsDetails(request),
  };
}

function resourcesOf(bucket: string, key: string | undefined, owner: string): readonly AuditResource[] {
  const arn = `arn:aws:s3:::${bucket}`;
  return [
    key === undefined
      ? { type: 'AWS::S3::Object', ARNPrefix: `${arn}/` }
      : { type: 'AWS::S3::Object', ARN: `${arn}/${key}` },
    { accountId: owner, type: 'AWS::S3::Bucket', ARN: arn },
  ];
}

/**
 * What was refused, and why: to the caller's account alone, for the reason names the caller. Of the store's own refusals only the status is
 * known: their bodies go to the client unread.
 */
function errorOf({ refusal, status }: DataRequest, isOwn: boolean): Own['error'] {
  if (refusal !== undefined)
    return {
      errorCode: refusal.code,
      ...(isOwn ? { errorMessage: refusal.message.slice(0, textLimit) } : {}),
    };
  if (status < 400) return {};
  return {
    errorCode: (STATUS_CODES[status] ?? 'Error').replaceAll(/[^A-Za-z]/g, ''),
    errorMessage: `The store answered with status ${status}.`,
  };
}
