import type { AuditEvent } from '#core/audit';

/** An outcome with everything a record must have, of nobody in particular. */
export function auditEvent(eventName: string, more: Partial<AuditEvent> = {}): AuditEvent {
  return {
    phase: 'outcome',
    eventVersion: '1.08',
    userIdentity: { type: 'Unknown' },
    eventTime: '2026-01-02T03:04:05Z',
    eventSource: 'sts.amazonaws.com',
    eventName,
    awsRegion: 'us-east-1',
    sourceIPAddress: '127.0.0.1',
    userAgent: 'test',
    requestParameters: null,
    responseElements: null,
    requestID: `r-${eventName}`,
    eventID: `e-${eventName}`,
    readOnly: true,
    eventType: 'AwsApiCall',
    managementEvent: true,
    eventCategory: 'Management',
    ...more,
  };
}
