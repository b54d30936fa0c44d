import type { ShapeTable } from './link.ts';
import type { ServiceName } from './service.ts';

/** One correction of a model where the live service is known to behave otherwise. The models themselves stay as published. */
export interface Patch {
  readonly service: ServiceName;
  readonly shape: string;
  readonly reason: string;
  /** Laid over the shape's table, or a new shape when the model has none of that name. */
  readonly change?: Partial<ShapeTable>;
  /** Gives one member another shape. */
  readonly member?: { readonly name: string; readonly shape: string };
  /** The order in which AWS writes the members, where it is not the model's; members left out follow. */
  readonly order?: readonly string[];
}

export const patches: readonly Patch[] = [
  {
    service: 'sts',
    shape: 'sourceIdentityType',
    reason: 'STS accepts a source identity of up to 256 characters although the model says 64.',
    change: { max: 256 },
  },
  {
    service: 'sts',
    shape: 'tokenCodeType',
    reason: 'An MFA code is a secret while it is fresh: it must not appear in messages or logs.',
    change: { sensitive: true },
  },
  {
    service: 'signin',
    shape: 'AuthorizationCode',
    reason: 'Good for credentials while it is fresh: it must not appear in messages or logs.',
    change: { sensitive: true },
  },
  {
    service: 'signin',
    shape: 'CodeVerifier',
    reason: 'Makes a stolen code good: it must not appear in messages or logs.',
    change: { sensitive: true },
  },
  {
    service: 'iam',
    shape: 'authenticationCodeType',
    reason: 'An MFA code is a secret while it is fresh: it must not appear in messages or logs.',
    change: { sensitive: true },
  },
  {
    service: 'sts',
    shape: 'millisecondDateType',
    reason:
      'GetWebIdentityToken writes its expiration with milliseconds; every other date of STS has whole seconds.',
    change: { type: 'timestamp', timestampFormat: 'iso8601-milliseconds' },
  },
  {
    service: 'sts',
    shape: 'GetWebIdentityTokenResponse',
    reason: 'See millisecondDateType.',
    member: { name: 'Expiration', shape: 'millisecondDateType' },
  },
  {
    service: 'sts',
    shape: 'AssumeRoleResponse',
    reason: 'The order on the wire.',
    order: ['AssumedRoleUser', 'Credentials', 'SourceIdentity', 'PackedPolicySize'],
  },
  {
    service: 'sts',
    shape: 'AssumeRoleWithWebIdentityResponse',
    reason: 'The order on the wire.',
    order: ['Audience', 'AssumedRoleUser', 'Provider', 'Credentials', 'SubjectFromWebIdentityToken'],
  },
  {
    service: 'sts',
    shape: 'GetCallerIdentityResponse',
    reason: 'The order on the wire.',
    order: ['Arn', 'UserId', 'Account'],
  },
  {
    service: 'cloudtrail',
    shape: 'LookupMaxResults',
    reason: 'LookupEvents answers a number out of range with InvalidMaxResultsException.',
    change: { type: 'integer' },
  },
  {
    service: 'cloudtrail',
    shape: 'LookupEventsRequest',
    reason: 'See LookupMaxResults.',
    member: { name: 'MaxResults', shape: 'LookupMaxResults' },
  },
  {
    service: 'cloudtrail',
    shape: 'LookupEventsRequest',
    reason: 'LookupEvents answers an unknown category with InvalidEventCategoryException.',
    member: { name: 'EventCategory', shape: 'String' },
  },
  {
    service: 'cloudtrail',
    shape: 'LookupAttribute',
    reason: 'LookupEvents answers an unknown attribute with InvalidLookupAttributesException.',
    member: { name: 'AttributeKey', shape: 'String' },
  },
  {
    service: 'cloudtrail',
    shape: 'LookupAttribute',
    reason: 'LookupEvents answers a value of a wrong length with InvalidLookupAttributesException.',
    member: { name: 'AttributeValue', shape: 'String' },
  },
  {
    service: 'iam',
    shape: 'UpdateAccountPasswordPolicyRequest',
    reason: 'The order in which IAM names what breaks constraints.',
    order: ['MinimumPasswordLength', 'PasswordReusePrevention', 'MaxPasswordAge'],
  },
];
