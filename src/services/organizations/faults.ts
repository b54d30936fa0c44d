import { type Fault, fault } from '#wire/faults';

const absentTexts = {
  AccountNotFoundException: "You specified an account that doesn't exist.",
  ChildNotFoundException: "You specified a child that doesn't exist.",
  DestinationParentNotFoundException: "You specified a destination parent that doesn't exist.",
  OrganizationalUnitNotFoundException: "You specified an organizational unit that doesn't exist.",
  ParentNotFoundException: "You specified a parent that doesn't exist.",
  PolicyNotFoundException: "You specified a policy that doesn't exist.",
  RootNotFoundException: "You specified a root that doesn't exist.",
  SourceParentNotFoundException: "You specified a source parent that doesn't exist.",
  TargetNotFoundException: "You specified a target that doesn't exist.",
} as const;

/** Something that is named and is not in the organization. */
export function notFound(code: keyof typeof absentTexts): Fault {
  return fault(code, absentTexts[code]);
}

const constraintTexts = {
  CANNOT_CLOSE_MANAGEMENT_ACCOUNT: 'You cannot close the management account of an organization.',
  CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR:
    'You cannot register master account/yourself as delegated administrator for your organization.',
  CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR:
    'You cannot register a suspended account as a delegated administrator for your organization.',
  MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED:
    'You have attached the maximum number of policies to the specified target.',
  MAX_TAG_LIMIT_EXCEEDED: 'You have exceeded the number of tags allowed on this resource.',
  MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED:
    'You cannot remove the last policy attached to the specified target. You must have at least one attached at all times.',
  ORGANIZATION_NOT_IN_ALL_FEATURES_MODE:
    'You can perform this operation only in an organization that has all features enabled.',
  OU_DEPTH_LIMIT_EXCEEDED: 'You have exceeded the maximum nesting depth of organizational units.',
  OU_NUMBER_LIMIT_EXCEEDED:
    'You have exceeded the number of organizational units you can have in an organization.',
  POLICY_CONTENT_LIMIT_EXCEEDED: 'You have exceeded the maximum policy size.',
  POLICY_NUMBER_LIMIT_EXCEEDED: 'You have exceeded the number of policies you can have in an organization.',
  SERVICE_ACCESS_NOT_ENABLED:
    'You must enable service access before you delegate an administrator for this service. Call the AWS API EnableAWSServiceAccess first.',
} as const;

/** A rule or quota of Organizations that a request would break (Organizations API Reference, "ConstraintViolationException"). */
export function constraintViolation(reason: keyof typeof constraintTexts): Fault {
  return fault('ConstraintViolationException', constraintTexts[reason], { Reason: reason });
}

const inputTexts = {
  DUPLICATE_TAG_KEY: 'Tag keys must be unique among the tags attached to the same entity.',
  IMMUTABLE_POLICY: 'You cannot change or delete an AWS managed policy.',
  INVALID_NEXT_TOKEN: 'You specified an invalid value.',
  INVALID_SYSTEM_TAGS_PARAMETER: 'You cannot add, edit or delete tag keys that begin with aws:.',
  NON_DETACHABLE_POLICY: 'You cannot detach this AWS managed policy.',
  UNRECOGNIZED_SERVICE_PRINCIPAL: 'You specified an unrecognized service principal.',
} as const;

/** An input that its model allows and Organizations does not (Organizations API Reference, "InvalidInputException"). */
export function invalidInput(reason: keyof typeof inputTexts): Fault {
  return fault('InvalidInputException', inputTexts[reason], { Reason: reason });
}
