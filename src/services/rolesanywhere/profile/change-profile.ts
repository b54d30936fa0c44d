import { parseArn } from '#core/arn';
import { PolicyError, parsePolicy } from '#core/policy';
import { callerArn, defineOperation, loadNothing, type Question } from '#services/operation';
import type { AnywhereProfileDocument, CertificateField } from '#stores/identity';
import { rolesanywhereOperations as models, type RolesanywhereTypes } from '#wire/model';
import { aboutCreating, checkQuota, newResource } from '../base/create.ts';
import { invalid } from '../base/faults.ts';
import {
  changeResource,
  deleteResource,
  getResource,
  listResource,
  nameById,
  switchResource,
} from '../base/noun.ts';
import { aboutResource, presentResource } from '../base/resource.ts';
import { defaultMappings, readSpecifiers, removeSpecifiers } from './attribute-mappings.ts';
import { describeProfile, profileNoun } from './describe-profile.ts';

type Given = Omit<RolesanywhereTypes.UpdateProfileRequest, 'profileId'>;

const defaultDurationSeconds = 3600;

/** What a request says of a profile's sessions; what it leaves out is left out. Throws ValidationException. */
function readSessionRules(given: Given, account: string): Partial<AnywhereProfileDocument> {
  const { roleArns, sessionPolicy } = given;
  for (const arn of roleArns ?? []) {
    const parts = parseArn(arn);
    if (parts?.account !== account) throw invalid(`${arn} is not the ARN of a role of account ${account}.`);
  }
  if (roleArns !== undefined && new Set(roleArns).size !== roleArns.length)
    throw invalid('Role ARNs must be unique.');
  if (sessionPolicy !== undefined) checkSessionPolicy(sessionPolicy);
  const { name, managedPolicyArns, durationSeconds, acceptRoleSessionName } = given;
  return {
    ...(name === undefined ? {} : { name }),
    ...(roleArns === undefined ? {} : { roleArns }),
    ...(managedPolicyArns === undefined ? {} : { managedPolicyArns }),
    ...(sessionPolicy === undefined ? {} : { sessionPolicy }),
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    ...(acceptRoleSessionName === undefined ? {} : { acceptRoleSessionName }),
  };
}

function checkSessionPolicy(text: string): void {
  try {
    parsePolicy(text, 'session');
  } catch (error) {
    if (error instanceof PolicyError) throw invalid(`The session policy is not valid: ${error.message}`);
    throw error;
  }
}

/** Whoever can have a service act as a role has the role's permissions, so each role must be the caller's to pass. */
function aboutPassing(roleArns: readonly string[] | undefined): readonly Question[] {
  return (roleArns ?? []).map((resource) => ({
    action: 'iam:PassRole',
    resource,
    context: { 'iam:PassedToService': 'rolesanywhere.amazonaws.com' },
  }));
}

/** Makes a profile (IAM Roles Anywhere API Reference, "CreateProfile"). */
export const createProfile = defineOperation(models.CreateProfile, {
  callers: 'signed',
  effect: 'change',
  load: loadNothing,
  authorize: ({ tags, roleArns }) => [...aboutCreating('CreateProfile', tags), ...aboutPassing(roleArns)],
  run: (input, _loaded, call) => {
    const profile: AnywhereProfileDocument = {
      createdBy: callerArn(call.caller),
      requireInstanceProperties: input.requireInstanceProperties ?? false,
      acceptRoleSessionName: false,
      durationSeconds: defaultDurationSeconds,
      roleArns: input.roleArns,
      managedPolicyArns: [],
      attributeMappings: defaultMappings,
      ...readSessionRules(input, call.caller.account.id),
      ...newResource(input, call),
    };
    return call.identity.write((transaction) => {
      checkQuota('profile', transaction, profile);
      transaction.put('anywhere-profile', profile);
      return { profile: describeProfile(profile) };
    });
  },
});

/** Changes a profile; what the request leaves out stays ("UpdateProfile"). */
export const updateProfile = defineOperation(models.UpdateProfile, {
  callers: 'signed',
  effect: 'change',
  load: (input, world) => nameById(profileNoun, input, world),
  authorize: (input, named, { state }) => [
    aboutResource('UpdateProfile', state, named),
    ...aboutPassing(input.roleArns),
  ],
  run: (input, named, { identity, caller, now }) => {
    const rules = readSessionRules(input, caller.account.id);
    return identity.write((transaction) => {
      const present = presentResource(transaction.state, 'profile', named);
      const profile = { ...present, ...rules, updatedAt: now };
      transaction.put('anywhere-profile', profile);
      return { profile: describeProfile(profile) };
    });
  },
});

export const getProfile = getResource(models.GetProfile, profileNoun);
export const enableProfile = switchResource(models.EnableProfile, profileNoun, true);
export const disableProfile = switchResource(models.DisableProfile, profileNoun, false);
export const deleteProfile = deleteResource(models.DeleteProfile, profileNoun);

export const listProfiles = listResource(models.ListProfiles, 'profile', (profiles, token) => ({
  profiles: profiles.map(describeProfile),
  ...token,
}));

/** Sets which parts of one field of certificates become session tags ("PutAttributeMapping"). */
export const putAttributeMapping = changeResource(
  models.PutAttributeMapping,
  profileNoun,
  (present, { certificateField, mappingRules }) => {
    const field = certificateField as CertificateField;
    const specifiers = mappingRules.map(({ specifier }) => specifier);
    return {
      ...present,
      attributeMappings: { ...present.attributeMappings, [field]: readSpecifiers(field, specifiers) },
    };
  },
);

/** Takes parts of one field, or all of it, out of session tags ("DeleteAttributeMapping"). */
export const deleteAttributeMapping = changeResource(
  models.DeleteAttributeMapping,
  profileNoun,
  (present, { certificateField, specifiers }) => ({
    ...present,
    attributeMappings: removeSpecifiers(
      present.attributeMappings,
      certificateField as CertificateField,
      specifiers ?? [],
    ),
  }),
);
