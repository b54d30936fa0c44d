import type { AuditEvent } from '#core/audit';
import { createUuid } from '#core/identifiers';
import { isRegion } from '#core/regions';
import { formatIsoSeconds } from '#core/time';
import type { Caller } from '#services/operation';
import { answerOf, type Fault } from '#wire/faults';
import { serviceModels } from '#wire/model';
import { header } from '../exchange.ts';
import { type Entry, textLimit, tlsDetails, traceOf } from './record.ts';
import { userIdentity } from './user-identity.ts';

/** What AWS's sign-in records. `Logout` is Brevet's own: AWS has no record of it. */
export type SignInEventName = 'GetSigninToken' | 'ConsoleLogin' | 'Logout';

/** What is known of a sign-in when its record is written. */
export interface SignInFacts {
  readonly caller?: Caller | undefined;
  /** Where the browser is sent. */
  readonly loginTo?: string | undefined;
}

/** The record of a step of signing in (CloudTrail User Guide, "AWS Management Console sign-in events"). */
export function signInEvent(
  phase: AuditEvent['phase'],
  entry: Entry,
  name: SignInEventName,
  { caller, loginTo }: SignInFacts,
  refusal?: Fault,
): AuditEvent {
  const { request } = entry;
  const text = refusal === undefined ? undefined : answerOf(refusal, serviceModels.sts).text;
  return {
    phase,
    eventVersion: '1.08',
    userIdentity: caller === undefined ? { type: 'Unknown' } : userIdentity(caller),
    eventTime: formatIsoSeconds(entry.now),
    eventSource: 'signin.amazonaws.com',
    eventName: name,
    awsRegion: regionOf(header(request, 'host') ?? ''),
    sourceIPAddress: request.sourceIp,
    userAgent: header(request, 'user-agent')?.slice(0, textLimit) ?? '',
    ...(refusal === undefined ? {} : { errorCode: refusal.code }),
    ...(text === undefined ? {} : { errorMessage: text.slice(0, textLimit) }),
    requestParameters: null,
    responseElements: phase === 'intent' ? null : { [name]: refusal === undefined ? 'Success' : 'Failure' },
    additionalEventData: {
      ...(loginTo === undefined ? {} : { LoginTo: loginTo.slice(0, textLimit) }),
      MobileVersion: 'No',
      MFAUsed: caller?.session?.mfaAt === undefined ? 'No' : 'Yes',
      ...traceOf(request),
    },
    requestID: entry.requestId,
    eventID: createUuid(entry.random),
    readOnly: false,
    eventType: 'AwsConsoleSignIn',
    managementEvent: true,
    ...(caller === undefined ? {} : { recipientAccountId: caller.account.id }),
    eventCategory: 'Management',
    tlsDetails: tlsDetails(request),
  };
}

/** The Region that a host names anywhere, as `signin.REGION.…` and `REGION.signin.…` do; the global endpoint's without. */
function regionOf(host: string): string {
  return host.toLowerCase().split('.').find(isRegion) ?? 'us-east-1';
}
