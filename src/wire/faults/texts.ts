import type { ServiceModel } from '#wire/model';
import { type Fault, fault } from './fault.ts';

/** No operation of that name in that version; what the front end says before any service is reached. */
export function couldNotFindOperation(action: string, version: string | undefined): Fault {
  return fault(
    'InvalidAction',
    `Could not find operation ${action} for version ${version ?? 'NO_VERSION_SPECIFIED'}`,
  );
}

/** An operation that AWS has and Brevet does not do. */
export function unsupportedOperation(service: ServiceModel, operation: string): Fault {
  return fault(
    'UnsupportedOperation',
    `Brevet does not support ${service.service}:${operation}. docs/coverage.md lists what it does.`,
  );
}

const absentTexts = {
  user: (name: string) => `The user with name ${name} cannot be found.`,
  group: (name: string) => `The group with name ${name} cannot be found.`,
  role: (name: string) => `The role with name ${name} cannot be found.`,
  'user policy': (name: string) => `The user policy with name ${name} cannot be found.`,
  'group policy': (name: string) => `The group policy with name ${name} cannot be found.`,
  'role policy': (name: string) => `The role policy with name ${name} cannot be found.`,
  'instance profile': (name: string) => `Instance Profile ${name} cannot be found.`,
  policy: (arn: string) => `Policy ${arn} was not found.`,
  'attachable policy': (arn: string) => `Policy ${arn} does not exist or is not attachable.`,
  'permissions boundary': (arn: string) => `Scope ARN: ${arn} does not exist or is not attachable.`,
  'access key': (id: string) => `The Access Key with id ${id} cannot be found.`,
  'account alias': (alias: string) => `The account alias with name ${alias} cannot be found.`,
  'login profile': (user: string) => `Login Profile for User ${user} cannot be found.`,
  'MFA device': (serial: string) => `MFA Device with serial number ${serial} does not exist.`,
  'password policy': (account: string) => `The Password Policy with domain name ${account} cannot be found.`,
  'server certificate': (name: string) => `The Server Certificate with name ${name} cannot be found.`,
  'signing certificate': (id: string) => `The Certificate with id ${id} cannot be found.`,
  'SSH public key': (id: string) => `The Public Key with id ${id} cannot be found.`,
  'service-specific credential': (id: string) => `No such credential ${id} exists`,
  'SAML private key': (id: string) => `The private key with id ${id} cannot be found.`,
  'SAML provider': (arn: string) => `Manifest not found for arn ${arn}`,
  'OpenID Connect provider': (arn: string) => `OpenIDConnect Provider not found for arn ${arn}`,
} as const;

/** IAM's NoSuchEntity for something that is named and is not there. */
export function noSuchEntity(kind: keyof typeof absentTexts, name: string): Fault {
  return fault('NoSuchEntity', absentTexts[kind](name));
}

/** IAM's NoSuchEntity for a version of a managed policy. */
export function noSuchPolicyVersion(arn: string, version: string): Fault {
  return fault('NoSuchEntity', `Policy ${arn} version ${version} does not exist or is not attachable.`);
}

/** IAM's NoSuchEntity for a role that an instance profile does not hold. */
export function noSuchRoleInProfile(role: string, profile: string): Fault {
  return fault('NoSuchEntity', `Role ${role} in Instance Profile ${profile} cannot be found.`);
}

const presentTexts = {
  user: (name: string) => `User with name ${name} already exists.`,
  group: (name: string) => `Group with name ${name} already exists.`,
  role: (name: string) => `Role with name ${name} already exists.`,
  'instance profile': (name: string) => `Instance Profile ${name} already exists.`,
  policy: (name: string) => `A policy called ${name} already exists. Duplicate names are not allowed.`,
  'account alias': (alias: string) => `The account alias ${alias} already exists.`,
  'login profile': (user: string) => `Login Profile for user ${user} already exists.`,
  'MFA device': () => 'MFA device already exists.',
  'MFA device in use': () => 'MFA Device is already in use.',
  'server certificate': (name: string) => `The Server Certificate with name ${name} already exists.`,
  'SAML provider': (name: string) => `Provider with name ${name} already exists.`,
  'OpenID Connect provider': (url: string) => `Provider with url ${url} already exists.`,
} as const;

/** IAM's EntityAlreadyExists. */
export function entityAlreadyExists(kind: keyof typeof presentTexts, name: string): Fault {
  return fault('EntityAlreadyExists', presentTexts[kind](name));
}

const conflictTexts = {
  'access keys': 'Cannot delete entity, must delete access keys first.',
  'attached policies': 'Cannot delete entity, must detach all policies first.',
  'attached to entities': 'Cannot delete a policy attached to entities.',
  'default version': 'Cannot delete the default version of a policy.',
  groups: 'Cannot delete entity, must remove users from group first.',
  'inline policies': 'Cannot delete entity, must delete policies first.',
  'instance profiles': 'Cannot delete entity, must remove roles from instance profile first.',
  'login profile': 'Cannot delete entity, must delete login profile first.',
  'MFA device': 'Cannot delete entity, must delete MFA device first.',
  'MFA device holder': 'MFA VirtualDevice in use. Must deactivate first.',
  'policy versions':
    "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
  'referenced objects': 'Cannot delete entity, must remove referenced objects first.',
} as const;

/** IAM's DeleteConflict: what has to go first. */
export function deleteConflict(remaining: keyof typeof conflictTexts): Fault {
  return fault('DeleteConflict', conflictTexts[remaining]);
}

/** IAM's LimitExceeded for a quota by its name in the IAM User Guide, "IAM and AWS STS quotas". */
export function limitExceeded(quota: string, limit: number): Fault {
  return fault('LimitExceeded', `Cannot exceed quota for ${quota}: ${limit}`);
}

/** IAM's UnmodifiableEntity for a role that belongs to a service of AWS. */
export function unmodifiableRole(role: string): Fault {
  return fault(
    'UnmodifiableEntity',
    `Cannot perform the operation on the protected role '${role}' - this role is only modifiable by AWS`,
  );
}

/** What AWS's federation endpoint says of every session that it does not take, whatever is wrong with it. */
export function invalidSignInCredentials(): Fault {
  return fault('InvalidClientTokenId', 'Invalid credentials parameter');
}

export function invalidSignInToken(): Fault {
  return fault('InvalidClientTokenId', 'The sign-in token is not valid, or not any more.');
}
