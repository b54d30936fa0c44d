import type { AnywhereProfileDocument, CertificateField } from '#stores/identity';
import type { RolesanywhereTypes } from '#wire/model';
import type { Noun } from '../base/noun.ts';
import { resourceArn } from '../base/resource.ts';

const fields: readonly CertificateField[] = ['x509Issuer', 'x509SAN', 'x509Subject'];

/** A profile as answers show it (IAM Roles Anywhere API Reference, "ProfileDetail"). */
export function describeProfile(profile: AnywhereProfileDocument): RolesanywhereTypes.ProfileDetail {
  return {
    profileId: profile.id,
    profileArn: resourceArn('profile', profile),
    name: profile.name,
    requireInstanceProperties: profile.requireInstanceProperties,
    enabled: profile.isEnabled,
    createdBy: profile.createdBy,
    ...(profile.sessionPolicy === undefined ? {} : { sessionPolicy: profile.sessionPolicy }),
    roleArns: profile.roleArns,
    managedPolicyArns: profile.managedPolicyArns,
    createdAt: profile.createdAt,
    updatedAt: profile.updatedAt,
    durationSeconds: profile.durationSeconds,
    acceptRoleSessionName: profile.acceptRoleSessionName,
    attributeMappings: fields
      .filter((field) => profile.attributeMappings[field].length > 0)
      .map((field) => ({
        certificateField: field,
        mappingRules: profile.attributeMappings[field].map((specifier) => ({ specifier })),
      })),
  };
}

/** A profile for the operations that name one by its id and answer with it. */
export const profileNoun: Noun<
  'profile',
  RolesanywhereTypes.ScalarProfileRequest,
  { readonly profile: RolesanywhereTypes.ProfileDetail }
> = {
  kind: 'profile',
  idOf: ({ profileId }) => profileId,
  answer: (profile) => ({ profile: describeProfile(profile) }),
};
