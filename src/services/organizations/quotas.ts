/** How many of each thing an organization may have, and how large (AWS Organizations User Guide, "Quotas for AWS Organizations"). */
export const quotas = {
  /** Levels of organizational units under the root. */
  UnitDepth: 5,
  UnitsPerOrganization: 2000,
  PoliciesPerType: 1000,
  /** Of each type; RCPFullAWSAccess counts. */
  PoliciesPerTarget: 5,
  PolicyBytes: 5120,
  TagsPerResource: 50,
} as const;
