import { limitExceeded } from '#wire/faults';

/** How many of each thing an account or an entity may have (AWS documentation, "IAM and AWS STS quotas"). */
export const quotas = {
  UsersPerAccount: 5000,
  GroupsPerAccount: 300,
  RolesPerAccount: 1000,
  InstanceProfilesPerAccount: 1000,
  PoliciesPerAccount: 1500,
  GroupsPerUser: 10,
  AccessKeysPerUser: 2,
  /** Not of AWS: so that who may end sessions cannot fill the memory. */
  RevokedSessionsPerAccount: 100_000,
  MFADevicesPerUser: 8,
  PoliciesPerUser: 10,
  PoliciesPerGroup: 10,
  PoliciesPerRole: 20,
  VirtualMFADevicesPerAccount: 5000,
  PolicyVersionsInUse: 10_000,
  ServerCertificatesPerAccount: 20,
  SigningCertificatesPerUser: 2,
  VersionsPerPolicy: 5,
  TagsPerResource: 50,
  OpenIdConnectProvidersPerAccount: 100,
  ClientIdsPerOpenIdConnectProvider: 100,
  ThumbprintsPerOpenIdConnectProvider: 5,
  SAMLProvidersPerAccount: 100,
  KeysPerSAMLProvider: 10,
  PrivateKeysPerSAMLProvider: 2,
  InstanceSessionsPerInstanceProfile: 1,
  PolicySize: 6144,
  UserPolicySize: 2048,
  GroupPolicySize: 5120,
  RolePolicySize: 10240,
  ACLSizePerRole: 2048,
} as const;

export type QuotaName = keyof typeof quotas;

/** Throws LimitExceeded when one more than `present` would be over the quota. */
export function checkQuota(name: QuotaName, present: number): void {
  if (present >= quotas[name]) throw limitExceeded(name, quotas[name]);
}
