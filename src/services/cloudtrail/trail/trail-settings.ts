import { isBucketName } from '#core/trail';
import type { TrailDocument } from '#stores/identity';
import { type Fault, fault } from '#wire/faults';
import type { CloudtrailTypes } from '#wire/model';

type Given = Omit<CloudtrailTypes.UpdateTrailRequest, 'Name'>;

const mostPrefixCharacters = 200;

/** What a request wants of a trail and Brevet does not do: refused, since a trail that keeps silent about it would be trusted wrongly. */
const notDone = [
  ['SnsTopicName', 'notifications to SNS topics'],
  ['CloudWatchLogsLogGroupArn', 'delivery to CloudWatch Logs'],
  ['CloudWatchLogsRoleArn', 'delivery to CloudWatch Logs'],
  ['KmsKeyId', 'encryption with KMS keys'],
] as const;

/** Checks what a request says of a trail, the bucket and prefix first. Throws Fault. */
export function checkTrailSettings(given: Given): void {
  const { S3BucketName: bucket, S3KeyPrefix: prefix } = given;
  if (bucket !== undefined && !isBucketName(bucket)) {
    throw fault('InvalidS3BucketNameException', `Bucket name ${bucket} is not a valid S3 bucket name.`);
  }
  if (prefix !== undefined) checkPrefix(prefix);
  for (const [member, what] of notDone) {
    if (given[member] !== undefined && given[member] !== '') throw unsupportedSetting(what);
  }
  if (given.IsOrganizationTrail === true) throw unsupportedSetting('trails of an organization');
}

function checkPrefix(prefix: string): void {
  if (prefix.length > mostPrefixCharacters) {
    throw fault(
      'InvalidS3PrefixException',
      `S3 key prefix too long. Maximum allowed length: ${mostPrefixCharacters} characters. Specified prefix length: ${prefix.length} characters.`,
    );
  }
  const isPlain = /^[A-Za-z0-9!_.*'()/-]*$/.test(prefix);
  // A part of nothing or of dots means another place to most of what reads paths.
  const hasOddPart = prefix !== '' && prefix.split('/').some((part) => part === '' || /^\.+$/.test(part));
  if (!isPlain || hasOddPart) {
    throw fault(
      'InvalidS3PrefixException',
      `S3 key prefix ${prefix} may hold letters, digits and !-_.*'() in parts between single slashes.`,
    );
  }
}

function unsupportedSetting(what: string): Fault {
  return fault('UnsupportedOperationException', `Brevet does not support ${what}.`);
}

/** Throws InvalidParameterCombinationException for a trail of every Region that leaves out what belongs to none of them. */
export function checkScope(trail: Pick<TrailDocument, 'isMultiRegion' | 'includeGlobalServiceEvents'>): void {
  if (trail.isMultiRegion && !trail.includeGlobalServiceEvents) {
    throw fault(
      'InvalidParameterCombinationException',
      'Multi-Region trail must include global service events.',
    );
  }
}

/** What CreateTrail and UpdateTrail answer. */
export function describeSettings(trail: TrailDocument): CloudtrailTypes.CreateTrailResponse {
  return {
    Name: trail.name,
    S3BucketName: trail.bucket,
    ...(trail.prefix === undefined ? {} : { S3KeyPrefix: trail.prefix }),
    IncludeGlobalServiceEvents: trail.includeGlobalServiceEvents,
    IsMultiRegionTrail: trail.isMultiRegion,
    TrailARN: trail.id,
    LogFileValidationEnabled: trail.logFileValidation,
    IsOrganizationTrail: false,
  };
}

/** What DescribeTrails and GetTrail answer. */
export function describeTrail(trail: TrailDocument): CloudtrailTypes.Trail {
  return {
    ...describeSettings(trail),
    HomeRegion: trail.homeRegion,
    HasCustomEventSelectors: trail.selectors !== undefined,
    HasInsightSelectors: false,
  };
}
