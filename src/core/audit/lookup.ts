import type { CloudTrailEvent } from './event.ts';

/** What LookupEvents finds an event by (CloudTrail API Reference, "LookupAttribute"). */
export type LookupAttribute =
  | 'EventId'
  | 'EventName'
  | 'ReadOnly'
  | 'Username'
  | 'ResourceType'
  | 'ResourceName'
  | 'EventSource'
  | 'AccessKeyId';

export const lookupAttributes: readonly LookupAttribute[] = [
  'EventId',
  'EventName',
  'ReadOnly',
  'Username',
  'ResourceType',
  'ResourceName',
  'EventSource',
  'AccessKeyId',
];

/** What a call was about, as LookupEvents names it. */
export interface LookupResource {
  readonly type: string;
  readonly name: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** Request parameters that name what the call is about. */
const namedByParameter: Readonly<Record<string, string>> = {
  userName: 'AWS::IAM::User',
  groupName: 'AWS::IAM::Group',
  roleName: 'AWS::IAM::Role',
  policyArn: 'AWS::IAM::Policy',
  instanceProfileName: 'AWS::IAM::InstanceProfile',
  accessKeyId: 'AWS::IAM::AccessKey',
};

/** Response elements that are what the call made, with the members that name it. */
const namedByElement: Readonly<Record<string, readonly [type: string, ...members: string[]]>> = {
  user: ['AWS::IAM::User', 'userName', 'arn', 'userId'],
  group: ['AWS::IAM::Group', 'groupName', 'arn', 'groupId'],
  role: ['AWS::IAM::Role', 'roleName', 'arn', 'roleId'],
  policy: ['AWS::IAM::Policy', 'policyName', 'arn', 'policyId'],
  instanceProfile: ['AWS::IAM::InstanceProfile', 'instanceProfileName', 'arn', 'instanceProfileId'],
  accessKey: ['AWS::IAM::AccessKey', 'accessKeyId'],
  credentials: ['AWS::IAM::AccessKey', 'accessKeyId'],
  assumedRoleUser: ['AWS::STS::AssumedRole', 'assumedRoleId', 'arn'],
  federatedUser: ['AWS::STS::FederatedUser', 'federatedUserId', 'arn'],
};

/** Everything an event is about: the resources it names itself, and what its parameters and elements name. */
export function lookupResources(event: CloudTrailEvent): readonly LookupResource[] {
  const found = new Map<string, LookupResource>();
  const add = (type: string, name: unknown): void => {
    if (typeof name === 'string') found.set(`${type} ${name}`, { type, name });
  };
  for (const { type, ARN } of event.resources ?? []) add(type, ARN);
  for (const [parameter, type] of Object.entries(namedByParameter))
    add(type, (event.requestParameters as Fields | null)?.[parameter]);
  for (const [element, [type, ...members]] of Object.entries(namedByElement)) {
    const made = (event.responseElements as Fields | null)?.[element];
    if (typeof made !== 'object' || made === null) continue;
    for (const member of members) add(type, (made as Fields)[member]);
  }
  return [...found.values()];
}

/** Who made the call as LookupEvents names them: the user, the session of the role, or `root`. */
export function lookupUsername({ userIdentity }: CloudTrailEvent): string | undefined {
  const { type, principalId, userName } = userIdentity;
  switch (type) {
    case 'Root':
      return 'root';
    case 'AssumedRole':
    case 'FederatedUser':
      return principalId?.slice(principalId.indexOf(':') + 1);
    default:
      return userName;
  }
}

/** The values an event is found by under an attribute. */
export function lookupValues(event: CloudTrailEvent, attribute: LookupAttribute): readonly string[] {
  switch (attribute) {
    case 'EventId':
      return [event.eventID];
    case 'EventName':
      return [event.eventName];
    case 'ReadOnly':
      return [String(event.readOnly)];
    case 'Username':
      return present(lookupUsername(event));
    case 'ResourceType':
      return [...new Set(lookupResources(event).map(({ type }) => type))];
    case 'ResourceName':
      return [...new Set(lookupResources(event).map(({ name }) => name))];
    case 'EventSource':
      return [event.eventSource];
    case 'AccessKeyId':
      return present(event.userIdentity.accessKeyId);
  }
}

function present(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}
