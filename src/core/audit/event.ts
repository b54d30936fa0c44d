/** Who made the request (CloudTrail User Guide, "CloudTrail userIdentity element"). */
export interface AuditUserIdentity {
  readonly type:
    | 'Root'
    | 'IAMUser'
    | 'AssumedRole'
    | 'FederatedUser'
    | 'SAMLUser'
    | 'WebIdentityUser'
    /** In the record that the other account of a call gets: it learns no more of the caller than this. Also who reads objects unsigned. */
    | 'AWSAccount'
    | 'AWSService'
    | 'Unknown';
  readonly principalId?: string;
  readonly arn?: string;
  readonly accountId?: string;
  readonly accessKeyId?: string;
  readonly userName?: string;
  readonly sessionContext?: AuditSessionContext;
  /** SAMLUser and WebIdentityUser: who vouches for them. */
  readonly identityProvider?: string;
  /** AWSService. */
  readonly invokedBy?: string;
}

/** How temporary credentials came to be (CloudTrail User Guide, "sessionContext"). */
export interface AuditSessionContext {
  /** Whose permissions the session has; absent when it is the caller's own. */
  readonly sessionIssuer?: {
    readonly type: 'Role' | 'IAMUser' | 'Root';
    readonly principalId: string;
    readonly arn: string;
    readonly accountId: string;
    readonly userName?: string;
  };
  readonly webIdFederationData?: {
    readonly federatedProvider?: string;
    readonly attributes?: Readonly<Record<string, string>>;
  };
  readonly attributes: { readonly creationDate: string; readonly mfaAuthenticated: 'true' | 'false' };
  readonly sourceIdentity?: string;
  readonly ec2RoleDelivery?: string;
  readonly assumedRoot?: 'true';
}

/** Something the request was about (CloudTrail User Guide, "CloudTrail record contents"). */
export interface AuditResource {
  readonly accountId?: string;
  /** `AWS::IAM::Role` */
  readonly type: string;
  readonly ARN?: string;
  /** In place of `ARN`, where the request was about all that begin with it. */
  readonly ARNPrefix?: string;
}

/**
 * One line of the log: an event in CloudTrail's form (CloudTrail User Guide, "CloudTrail record contents"), and the phase of the request it
 * was written in. Members are in CloudTrail's order.
 */
export interface AuditEvent {
  /** `intent` before anything is changed or released, `outcome` after; a request that was refused or only read has no intent. */
  readonly phase: 'intent' | 'outcome';
  readonly eventVersion: '1.08';
  readonly userIdentity: AuditUserIdentity;
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly requestParameters: unknown;
  readonly responseElements: unknown;
  readonly additionalEventData?: Readonly<Record<string, unknown>>;
  /** The same in the intent and every outcome of a request, and in its answer. */
  readonly requestID: string;
  readonly eventID: string;
  readonly readOnly: boolean;
  readonly resources?: readonly AuditResource[];
  /** `AwsConsoleSignIn` for what people and browsers sign in or out with, which no operation of a service is. */
  readonly eventType: 'AwsApiCall' | 'AwsConsoleSignIn';
  readonly apiVersion?: string;
  readonly managementEvent: boolean;
  /** The account whose log this belongs to. Absent when nobody has proven to be of an account. */
  readonly recipientAccountId?: string;
  /** The same in the records that two accounts get of one call, and only there. */
  readonly sharedEventID?: string;
  /** `Data` for what was done to objects; LookupEvents knows nothing of it. */
  readonly eventCategory: 'Management' | 'Data';
  readonly tlsDetails?: {
    readonly tlsVersion?: string;
    readonly cipherSuite?: string;
    readonly clientProvidedHostHeader?: string;
  };
}

/** A line of the log about the log itself: what a crash cut off, what was counted instead of written. It belongs to no account. */
export interface AuditNote {
  readonly phase: 'note';
  readonly eventVersion: '1.08';
  readonly eventTime: string;
  readonly eventName: 'AuditLogNote';
  readonly note: string;
  readonly [detail: string]: unknown;
}

/** What an account is to see of one of its events: everything but how this log keeps it. */
export type CloudTrailEvent = Omit<AuditEvent, 'phase'> & { readonly recipientAccountId: string };
