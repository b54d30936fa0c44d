/** Who made the request (CloudTrail User Guide, "CloudTrail userIdentity element"). */
export interface AuditUserIdentity {
  readonly type: 'Root' | 'IAMUser' | 'AssumedRole' | 'FederatedUser' | 'Unknown';
  readonly principalId?: string;
  readonly arn?: string;
  readonly accountId?: string;
  readonly accessKeyId?: string;
  readonly userName?: string;
  readonly sessionContext?: Readonly<Record<string, unknown>>;
}

/** One audit record (CloudTrail User Guide, "CloudTrail record contents"), and the phase of the request it was written in. */
export interface AuditEvent {
  /** `intent` before anything is changed or released, `outcome` after; a request that was refused or only read has no intent. */
  readonly phase: 'intent' | 'outcome';
  readonly eventVersion: '1.08';
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  readonly userIdentity: AuditUserIdentity;
  readonly requestParameters: unknown;
  readonly responseElements: unknown;
  /** The same in the intent and the outcome of a request, and in its answer. */
  readonly requestID: string;
  readonly eventID: string;
  readonly readOnly: boolean;
  readonly recipientAccountId?: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
}
