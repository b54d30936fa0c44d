import { defineOperation, loadNothing } from '#services/operation';
import { iamOperations } from '#wire/model';
import { aboutEverything } from '../base/question.ts';
import { quotas } from '../base/quotas.ts';

/** How much of everything the account has, and may have (IAM API Reference, "GetAccountSummary"). */
export const getAccountSummary = defineOperation(iamOperations.GetAccountSummary, {
  callers: 'signed',
  effect: 'read',
  load: loadNothing,
  authorize: () => [aboutEverything('GetAccountSummary')],
  run: (_input, _loaded, { state, caller }) => {
    const { id, globalEndpointTokenVersion } = caller.account;
    const devices = state.all('mfa-device').list(id);
    const policies = state.all('policy').list(id);
    return {
      SummaryMap: {
        Users: state.all('user').count(id),
        UsersQuota: quotas.UsersPerAccount,
        Groups: state.all('group').count(id),
        GroupsQuota: quotas.GroupsPerAccount,
        Roles: state.all('role').count(id),
        RolesQuota: quotas.RolesPerAccount,
        InstanceProfiles: state.all('instance-profile').count(id),
        InstanceProfilesQuota: quotas.InstanceProfilesPerAccount,
        Policies: policies.length,
        PoliciesQuota: quotas.PoliciesPerAccount,
        PolicyVersionsInUse: policies.reduce((sum, { versions }) => sum + versions.length, 0),
        PolicyVersionsInUseQuota: quotas.PolicyVersionsInUse,
        VersionsPerPolicyQuota: quotas.VersionsPerPolicy,
        PolicySizeQuota: quotas.PolicySize,
        UserPolicySizeQuota: quotas.UserPolicySize,
        GroupPolicySizeQuota: quotas.GroupPolicySize,
        RolePolicySizeQuota: quotas.RolePolicySize,
        AssumeRolePolicySizeQuota: quotas.ACLSizePerRole,
        AttachedPoliciesPerUserQuota: quotas.PoliciesPerUser,
        AttachedPoliciesPerGroupQuota: quotas.PoliciesPerGroup,
        AttachedPoliciesPerRoleQuota: quotas.PoliciesPerRole,
        GroupsPerUserQuota: quotas.GroupsPerUser,
        AccessKeysPerUserQuota: quotas.AccessKeysPerUser,
        MFADevices: devices.length,
        MFADevicesInUse: devices.filter(({ owner }) => owner !== undefined).length,
        AccountMFAEnabled: Number(state.all('mfa-device').owned(id).length > 0),
        AccountAccessKeysPresent: Number(state.all('access-key').count(id) > 0),
        // The root signs in with no password, and there are no certificates to count.
        AccountPasswordPresent: 0,
        AccountSigningCertificatesPresent: 0,
        SigningCertificatesPerUserQuota: quotas.SigningCertificatesPerUser,
        ServerCertificates: 0,
        ServerCertificatesQuota: quotas.ServerCertificatesPerAccount,
        Providers: state.all('oidc-provider').count(id) + state.all('saml-provider').count(id),
        GlobalEndpointTokenVersion: globalEndpointTokenVersion ?? 1,
      },
    };
  },
});
