/**
 * One walk through every built operation of every service, in an order in which each succeeds, for any client to walk:
 * the AWS SDK, the AWS CLI and boto3 differ only in how they carry a step out. A built operation without a step fails the test that walks.
 */
import { totpCode, totpStep } from '#core/totp';
import type { ServiceName } from '#wire/model';
import { createSamlIssuer, encodeResponse, samlResponse } from '../saml-issuer.ts';
import type { Credentials } from '../started-service.ts';
import { createTestAuthority } from '../x509-writer.ts';
import { decodeBase32 } from './base32.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** What earlier steps have taught. */
export interface Known {
  readonly values: Map<string, string>;
  /** By who uses them: `root`, and whom the walk creates. */
  readonly credentials: Map<string, Credentials>;
}

export interface Step {
  readonly service: ServiceName;
  readonly operation: string;
  readonly input: (known: Known) => Fields;
  /** Who calls; root without. */
  readonly as?: string;
  /** Asserts what is worth it and keeps what later steps need. */
  readonly read?: (output: Fields, known: Known) => void;
}

/** The value at a path of an output. */
export function at(output: unknown, ...path: readonly (string | number)[]): string {
  let value = output;
  for (const name of path) value = (value as Record<string | number, unknown> | undefined)?.[name];
  if (typeof value !== 'string') throw new Error(`the output has no text at ${path.join('.')}`);
  return value;
}

function value(known: Known, name: string): string {
  const found = known.values.get(name);
  if (found === undefined) throw new Error(`nothing is known of ${name} yet`);
  return found;
}

function step(
  service: ServiceName,
  operation: string,
  input: Fields | ((known: Known) => Fields) = {},
  more: Pick<Step, 'as' | 'read'> = {},
): Step {
  return { service, operation, input: typeof input === 'function' ? input : () => input, ...more };
}

const iam = step.bind(undefined, 'iam');
const sts = step.bind(undefined, 'sts');
const organizations = step.bind(undefined, 'organizations');
const account = step.bind(undefined, 'account');
const cloudtrail = step.bind(undefined, 'cloudtrail');
const rolesanywhere = step.bind(undefined, 'rolesanywhere');
const eks = step.bind(undefined, 'eks');

/** Remembers the text at a path under a name. */
function learn(name: string, ...path: readonly (string | number)[]): NonNullable<Step['read']> {
  return (output, { values }) => {
    values.set(name, at(output, ...path));
  };
}

/** Remembers the credentials of an answer of STS for whoever walks on with them. */
function learnSession(name: string): NonNullable<Step['read']> {
  return (output, { credentials }) => {
    credentials.set(name, {
      accessKeyId: at(output, 'Credentials', 'AccessKeyId'),
      secretAccessKey: at(output, 'Credentials', 'SecretAccessKey'),
      sessionToken: at(output, 'Credentials', 'SessionToken'),
    });
  };
}

/** The code that walker's MFA device shows so many steps from now. */
function code(known: Known, ahead: number): string {
  return totpCode(Buffer.from(value(known, 'seed'), 'base64'), totpStep(Date.now()) + ahead);
}

function policy(action: string, more: Fields = {}): string {
  const statement = { Effect: 'Allow', Action: action, Resource: '*', ...more };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}

function trust(principal: string): string {
  const statement = { Effect: 'Allow', Principal: { AWS: principal }, Action: 'sts:AssumeRole' };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}

const tags = [{ Key: 'team', Value: 'blue + grün' }];
const keys = ['team'];
const user = { UserName: 'walker' };
const group = { GroupName: 'walkers' };
const role = { RoleName: 'worker' };
const profile = { InstanceProfileName: 'web' };
const managed = (known: Known): Fields => ({ PolicyArn: value(known, 'policy') });
const boundary = (known: Known): Fields => ({ PermissionsBoundary: value(known, 'policy') });
const device = (known: Known): Fields => ({ SerialNumber: value(known, 'serial') });
const provider = (known: Known): Fields => ({ OpenIDConnectProviderArn: value(known, 'provider') });
const idp = createSamlIssuer();
const saml = (known: Known): Fields => ({ SAMLProviderArn: value(known, 'saml') });
const person = { RoleName: 'person' };
const personArn = (known: Known): string => `arn:aws:iam::${value(known, 'account')}:role/person`;
const trail = { Name: 'walk' };
const authority = createTestAuthority();
const certificates = {
  sourceType: 'CERTIFICATE_BUNDLE',
  sourceData: { x509CertificateData: authority.pem },
};
const anchor = (known: Known): Fields => ({ trustAnchorId: value(known, 'anchor') });
const anchored = (known: Known): Fields => ({ trustAnchorArn: value(known, 'anchor ARN') });
const anywhere = (known: Known): Fields => ({ profileId: value(known, 'profile') });
const crl = (known: Known): Fields => ({ crlId: value(known, 'crl') });
const lowerTags = [{ key: 'team', value: 'blue' }];
const expiry = 'CA_CERTIFICATE_EXPIRY';
const unit = (known: Known): Fields => ({ OrganizationalUnitId: value(known, 'unit') });
const controlled = (known: Known): Fields => ({ PolicyId: value(known, 'control') });
const trusted = { ServicePrincipal: 'iam.amazonaws.com' };
const delegated = (known: Known): Fields => ({ ...trusted, AccountId: value(known, 'second') });
const control = 'SERVICE_CONTROL_POLICY';
const denyKeys = policy('iam:CreateAccessKey', { Effect: 'Deny' });

/** For the steps that are about a cluster, which the settings must name. */
export const walkedCluster = {
  name: 'walked',
  account: '111122223333',
  region: 'us-east-1',
  issuer: 'https://oidc.walked.example.com',
};
const cluster = { clusterName: walkedCluster.name };
const association = (known: Known): Fields => ({ ...cluster, associationId: value(known, 'association') });
const associated = (known: Known): Fields => ({ resourceArn: value(known, 'associationArn') });
const podTrust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: 'pods.eks.amazonaws.com' },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
    },
  ],
});

function move(known: Known, from: string, to: string): Fields {
  return {
    AccountId: value(known, 'second'),
    SourceParentId: value(known, from),
    DestinationParentId: value(known, to),
  };
}

export const steps: readonly Step[] = [
  sts('GetCallerIdentity', {}, { read: learn('account', 'Account') }),

  iam('CreateUser', { ...user, Path: '/people/', Tags: tags }, { read: learn('user', 'User', 'Arn') }),
  iam('GetUser', user),
  iam('UpdateUser', { ...user, NewPath: '/' }),
  iam('ListUsers', { PathPrefix: '/' }),
  iam('TagUser', { ...user, Tags: tags }),
  iam('ListUserTags', user),
  iam('UntagUser', { ...user, TagKeys: keys }),
  iam('CreateAccessKey', user, {
    read: (output, { credentials, values }) => {
      values.set('key', at(output, 'AccessKey', 'AccessKeyId'));
      credentials.set('walker', {
        accessKeyId: at(output, 'AccessKey', 'AccessKeyId'),
        secretAccessKey: at(output, 'AccessKey', 'SecretAccessKey'),
      });
    },
  }),
  iam('ListAccessKeys', user),
  iam('UpdateAccessKey', (known) => ({ ...user, AccessKeyId: value(known, 'key'), Status: 'Active' })),
  iam('GetAccessKeyLastUsed', (known) => ({ AccessKeyId: value(known, 'key') })),
  iam('PutUserPolicy', { ...user, PolicyName: 'all', PolicyDocument: policy('*') }),
  iam('GetUserPolicy', { ...user, PolicyName: 'all' }),
  iam('ListUserPolicies', user),

  iam('CreateGroup', group),
  iam('GetGroup', group),
  iam('UpdateGroup', { ...group, NewPath: '/groups/' }),
  iam('ListGroups'),
  iam('AddUserToGroup', { ...user, ...group }),
  iam('ListGroupsForUser', user),
  iam('PutGroupPolicy', { ...group, PolicyName: 'read', PolicyDocument: policy('iam:Get*') }),
  iam('GetGroupPolicy', { ...group, PolicyName: 'read' }),
  iam('ListGroupPolicies', group),

  iam(
    'CreatePolicy',
    { PolicyName: 'boundary', PolicyDocument: policy('*'), Tags: tags },
    { read: learn('policy', 'Policy', 'Arn') },
  ),
  iam('GetPolicy', managed),
  iam('ListPolicies', { Scope: 'Local' }),
  iam('TagPolicy', (known) => ({ ...managed(known), Tags: tags })),
  iam('ListPolicyTags', managed),
  iam('UntagPolicy', (known) => ({ ...managed(known), TagKeys: keys })),
  iam('CreatePolicyVersion', (known) => ({ ...managed(known), PolicyDocument: policy('*') })),
  iam('GetPolicyVersion', (known) => ({ ...managed(known), VersionId: 'v2' })),
  iam('ListPolicyVersions', managed),
  iam('SetDefaultPolicyVersion', (known) => ({ ...managed(known), VersionId: 'v2' })),
  iam('DeletePolicyVersion', (known) => ({ ...managed(known), VersionId: 'v1' })),
  iam('AttachUserPolicy', (known) => ({ ...managed(known), ...user })),
  iam('ListAttachedUserPolicies', user),
  iam('ListEntitiesForPolicy', managed),
  iam('AttachGroupPolicy', (known) => ({ ...managed(known), ...group })),
  iam('ListAttachedGroupPolicies', group),
  iam('PutUserPermissionsBoundary', (known) => ({ ...boundary(known), ...user })),

  iam(
    'CreateRole',
    (known) => ({ ...role, AssumeRolePolicyDocument: trust(value(known, 'account')), Tags: tags }),
    { read: learn('role', 'Role', 'Arn') },
  ),
  iam('GetRole', role),
  iam('ListRoles'),
  iam('UpdateRole', { ...role, Description: 'works', MaxSessionDuration: 7200 }),
  iam('UpdateRoleDescription', { ...role, Description: 'works hard' }),
  iam('UpdateAssumeRolePolicy', (known) => ({
    ...role,
    PolicyDocument: trust(value(known, 'user').replace('/people', '')),
  })),
  iam('TagRole', { ...role, Tags: tags }),
  iam('ListRoleTags', role),
  iam('UntagRole', { ...role, TagKeys: keys }),
  iam('PutRolePolicy', { ...role, PolicyName: 'all', PolicyDocument: policy('*') }),
  iam('GetRolePolicy', { ...role, PolicyName: 'all' }),
  iam('ListRolePolicies', role),
  iam('AttachRolePolicy', (known) => ({ ...managed(known), ...role })),
  iam('ListAttachedRolePolicies', role),
  iam('PutRolePermissionsBoundary', (known) => ({ ...boundary(known), ...role })),
  iam('CreateInstanceProfile', profile),
  iam('AddRoleToInstanceProfile', { ...profile, ...role }),
  iam('GetInstanceProfile', profile),
  iam('ListInstanceProfiles'),
  iam('ListInstanceProfilesForRole', role),
  iam('TagInstanceProfile', { ...profile, Tags: tags }),
  iam('ListInstanceProfileTags', profile),
  iam('UntagInstanceProfile', { ...profile, TagKeys: keys }),

  iam(
    'CreateVirtualMFADevice',
    { VirtualMFADeviceName: 'phone' },
    {
      read: (output, { values }) => {
        values.set('serial', at(output, 'VirtualMFADevice', 'SerialNumber'));
        const seed = (output as { VirtualMFADevice: { Base32StringSeed: Uint8Array | string } })
          .VirtualMFADevice.Base32StringSeed;
        values.set(
          'seed',
          decodeBase32(typeof seed === 'string' ? seed : Buffer.from(seed).toString()).toString('base64'),
        );
      },
    },
  ),
  iam('ListVirtualMFADevices'),
  iam('EnableMFADevice', (known) => ({
    ...user,
    ...device(known),
    AuthenticationCode1: code(known, -3),
    AuthenticationCode2: code(known, -2),
  })),
  iam('ListMFADevices', user),
  iam('GetMFADevice', (known) => ({ ...device(known), ...user })),
  iam('ResyncMFADevice', (known) => ({
    ...user,
    ...device(known),
    AuthenticationCode1: code(known, -1),
    AuthenticationCode2: code(known, 0),
  })),
  iam('TagMFADevice', (known) => ({ ...device(known), Tags: tags })),
  iam('ListMFADeviceTags', device),
  iam('UntagMFADevice', (known) => ({ ...device(known), TagKeys: keys })),

  sts('GetSessionToken', (known) => ({ ...device(known), TokenCode: code(known, 1), DurationSeconds: 900 }), {
    as: 'walker',
    read: learnSession('walker with MFA'),
  }),
  sts('AssumeRole', (known) => ({ RoleArn: value(known, 'role'), RoleSessionName: 'shift-1' }), {
    as: 'walker',
    read: learnSession('worker'),
  }),
  sts('GetCallerIdentity', {}, { as: 'worker' }),
  sts(
    'GetFederationToken',
    { Name: 'guest', Policy: policy('sts:GetCallerIdentity') },
    { as: 'walker', read: learnSession('guest') },
  ),
  sts('GetCallerIdentity', {}, { as: 'guest' }),
  sts('GetAccessKeyInfo', (known) => ({ AccessKeyId: value(known, 'key') }), { as: 'worker' }),

  iam('SimulatePrincipalPolicy', (known) => ({
    PolicySourceArn: value(known, 'role'),
    ActionNames: ['s3:GetObject'],
  })),
  iam('SimulateCustomPolicy', { PolicyInputList: [policy('s3:*')], ActionNames: ['s3:GetObject'] }),
  iam('GetContextKeysForCustomPolicy', { PolicyInputList: [policy('s3:*')] }),
  iam('GetContextKeysForPrincipalPolicy', (known) => ({ PolicySourceArn: value(known, 'role') })),

  iam('CreateLoginProfile', { ...user, Password: 'Walk-and-talk-1' }),
  iam('GetLoginProfile', user),
  iam('UpdateLoginProfile', { ...user, Password: 'Walk-and-talk-2', PasswordResetRequired: false }),
  iam('ChangePassword', { OldPassword: 'Walk-and-talk-2', NewPassword: 'Walk-and-talk-3' }, { as: 'walker' }),
  iam('UpdateAccountPasswordPolicy', { MinimumPasswordLength: 12, RequireNumbers: true }),
  iam('GetAccountPasswordPolicy'),
  iam('DeleteAccountPasswordPolicy'),
  iam('CreateAccountAlias', { AccountAlias: 'walk' }),
  iam('ListAccountAliases'),
  iam('DeleteAccountAlias', { AccountAlias: 'walk' }),
  iam('GetAccountSummary'),
  iam('GetAccountAuthorizationDetails'),
  iam('ListPoliciesGrantingServiceAccess', (known) => ({
    Arn: value(known, 'role'),
    ServiceNamespaces: ['s3'],
  })),
  iam('GenerateCredentialReport'),
  iam('GetCredentialReport'),
  iam('SetSecurityTokenServicePreferences', { GlobalEndpointTokenVersion: 'v2Token' }),

  organizations('CreateOrganization', { FeatureSet: 'ALL' }),
  organizations('DeleteOrganization'),
  organizations('CreateOrganization', { FeatureSet: 'ALL' }),
  organizations('DescribeOrganization'),
  organizations('ListRoots', {}, { read: learn('root', 'Roots', 0, 'Id') }),
  organizations(
    'CreateAccount',
    { AccountName: 'second', Email: 'second@example.com' },
    { read: learn('creation', 'CreateAccountStatus', 'Id') },
  ),
  organizations(
    'DescribeCreateAccountStatus',
    (known) => ({ CreateAccountRequestId: value(known, 'creation') }),
    { read: learn('second', 'CreateAccountStatus', 'AccountId') },
  ),
  organizations('ListCreateAccountStatus'),
  organizations('ListAccounts'),
  organizations('DescribeAccount', (known) => ({ AccountId: value(known, 'second') })),
  sts(
    'AssumeRole',
    (known) => ({
      RoleArn: `arn:aws:iam::${value(known, 'second')}:role/OrganizationAccountAccessRole`,
      RoleSessionName: 'visit',
    }),
    { as: 'walker', read: learnSession('visitor') },
  ),
  iam('ListUsers', {}, { as: 'visitor' }),

  organizations(
    'CreateOrganizationalUnit',
    (known) => ({ ParentId: value(known, 'root'), Name: 'workloads' }),
    { read: learn('unit', 'OrganizationalUnit', 'Id') },
  ),
  organizations('DescribeOrganizationalUnit', unit),
  organizations('UpdateOrganizationalUnit', (known) => ({ ...unit(known), Name: 'loads' })),
  organizations('ListOrganizationalUnitsForParent', (known) => ({ ParentId: value(known, 'root') })),
  organizations('MoveAccount', (known) => move(known, 'root', 'unit')),
  organizations('ListParents', (known) => ({ ChildId: value(known, 'second') })),
  organizations('ListChildren', (known) => ({ ParentId: value(known, 'unit'), ChildType: 'ACCOUNT' })),
  organizations('ListAccountsForParent', (known) => ({ ParentId: value(known, 'unit') })),
  organizations('TagResource', (known) => ({ ResourceId: value(known, 'second'), Tags: tags })),
  organizations('ListTagsForResource', (known) => ({ ResourceId: value(known, 'second') })),
  organizations('UntagResource', (known) => ({ ResourceId: value(known, 'second'), TagKeys: keys })),
  organizations('EnablePolicyType', (known) => ({ RootId: value(known, 'root'), PolicyType: control })),
  organizations(
    'CreatePolicy',
    { Name: 'no-keys', Description: 'keys', Type: control, Content: denyKeys },
    { read: learn('control', 'Policy', 'PolicySummary', 'Id') },
  ),
  organizations('DescribePolicy', controlled),
  organizations('UpdatePolicy', (known) => ({ ...controlled(known), Description: 'no keys' })),
  organizations('ListPolicies', { Filter: control }),
  organizations('AttachPolicy', (known) => ({ ...controlled(known), TargetId: value(known, 'unit') })),
  organizations('ListPoliciesForTarget', (known) => ({ TargetId: value(known, 'unit'), Filter: control })),
  organizations('ListTargetsForPolicy', controlled),
  iam('ListUsers', {}, { as: 'visitor' }),
  organizations('DetachPolicy', (known) => ({ ...controlled(known), TargetId: value(known, 'unit') })),
  organizations('DeletePolicy', controlled),
  organizations('DisablePolicyType', (known) => ({ RootId: value(known, 'root'), PolicyType: control })),
  organizations('MoveAccount', (known) => move(known, 'unit', 'root')),
  organizations('DeleteOrganizationalUnit', unit),
  organizations('EnableAWSServiceAccess', trusted),
  organizations('ListAWSServiceAccessForOrganization'),
  organizations('RegisterDelegatedAdministrator', delegated),
  organizations('ListDelegatedAdministrators', trusted),
  organizations('ListDelegatedServicesForAccount', (known) => ({ AccountId: value(known, 'second') })),
  organizations('DeregisterDelegatedAdministrator', delegated),
  iam('EnableOrganizationsRootCredentialsManagement'),
  iam('EnableOrganizationsRootSessions'),
  iam('ListOrganizationsFeatures'),
  sts(
    'AssumeRoot',
    (known) => ({
      TargetPrincipal: value(known, 'second'),
      TaskPolicyArn: { arn: 'arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials' },
    }),
    { as: 'walker', read: learnSession('member root') },
  ),
  iam('GetUser', {}, { as: 'member root' }),
  iam('ListAccessKeys', {}, { as: 'member root' }),
  iam('ListMFADevices', {}, { as: 'member root' }),
  iam('GetAccountSummary', {}, { as: 'member root' }),
  iam('DisableOrganizationsRootSessions'),
  iam('DisableOrganizationsRootCredentialsManagement'),
  organizations('DisableAWSServiceAccess', trusted),
  organizations('CloseAccount', (known) => ({ AccountId: value(known, 'second') })),

  account('ListRegions'),
  account('EnableRegion', { RegionName: 'ap-east-1' }),
  account('GetRegionOptStatus', { RegionName: 'ap-east-1' }),
  account('DisableRegion', { RegionName: 'ap-east-1' }),

  iam(
    'CreateOpenIDConnectProvider',
    { Url: 'https://id.example.com', ClientIDList: ['walkers'], ThumbprintList: ['a'.repeat(40)] },
    { read: learn('provider', 'OpenIDConnectProviderArn') },
  ),
  iam('GetOpenIDConnectProvider', provider),
  iam('ListOpenIDConnectProviders'),
  iam('AddClientIDToOpenIDConnectProvider', (known) => ({ ...provider(known), ClientID: 'runners' })),
  iam('RemoveClientIDFromOpenIDConnectProvider', (known) => ({ ...provider(known), ClientID: 'runners' })),
  iam('UpdateOpenIDConnectProviderThumbprint', (known) => ({
    ...provider(known),
    ThumbprintList: ['b'.repeat(40)],
  })),
  iam('TagOpenIDConnectProvider', (known) => ({ ...provider(known), Tags: tags })),
  iam('ListOpenIDConnectProviderTags', provider),
  iam('UntagOpenIDConnectProvider', (known) => ({ ...provider(known), TagKeys: keys })),
  iam('DeleteOpenIDConnectProvider', provider),

  iam(
    'CreateSAMLProvider',
    { Name: 'idp', SAMLMetadataDocument: idp.metadata },
    { read: learn('saml', 'SAMLProviderArn') },
  ),
  iam('GetSAMLProvider', saml),
  iam('ListSAMLProviders'),
  iam('UpdateSAMLProvider', (known) => ({ ...saml(known), AddPrivateKey: idp.privateKey })),
  iam('TagSAMLProvider', (known) => ({ ...saml(known), Tags: tags })),
  iam('ListSAMLProviderTags', saml),
  iam('UntagSAMLProvider', (known) => ({ ...saml(known), TagKeys: keys })),
  iam('CreateRole', (known) => ({
    ...person,
    AssumeRolePolicyDocument: policy('sts:AssumeRoleWithSAML', {
      Principal: { Federated: value(known, 'saml') },
      Resource: undefined,
    }),
  })),
  sts(
    'AssumeRoleWithSAML',
    (known) => ({
      RoleArn: personArn(known),
      PrincipalArn: value(known, 'saml'),
      SAMLAssertion: encodeResponse(
        idp.sign(
          samlResponse({
            now: Date.now(),
            issuer: idp.entityId,
            roles: [`${personArn(known)},${value(known, 'saml')}`],
          }),
          'Assertion',
        ),
      ),
    }),
    { read: learnSession('person') },
  ),
  sts('GetCallerIdentity', {}, { as: 'person' }),
  iam('DeleteRole', person),
  iam('DeleteSAMLProvider', saml),

  iam('EnableOutboundWebIdentityFederation'),
  iam('GetOutboundWebIdentityFederationInfo'),
  sts('GetWebIdentityToken', { Audience: ['walkers'], SigningAlgorithm: 'ES384' }),
  iam('DisableOutboundWebIdentityFederation'),

  cloudtrail('LookupEvents', { MaxResults: 1 }),
  cloudtrail('CreateTrail', { ...trail, S3BucketName: 'walk-logs' }, { read: learn('trail', 'TrailARN') }),
  cloudtrail('GetTrail', trail),
  cloudtrail('ListTrails'),
  cloudtrail('DescribeTrails'),
  cloudtrail('UpdateTrail', { ...trail, EnableLogFileValidation: true }),
  cloudtrail('PutEventSelectors', {
    TrailName: 'walk',
    EventSelectors: [{ ReadWriteType: 'All', IncludeManagementEvents: true }],
  }),
  cloudtrail('GetEventSelectors', { TrailName: 'walk' }),
  cloudtrail('AddTags', (known) => ({ ResourceId: value(known, 'trail'), TagsList: tags })),
  cloudtrail('ListTags', (known) => ({ ResourceIdList: [value(known, 'trail')] })),
  cloudtrail('RemoveTags', (known) => ({ ResourceId: value(known, 'trail'), TagsList: tags })),
  cloudtrail('StartLogging', trail),
  cloudtrail('GetTrailStatus', trail),
  cloudtrail('StopLogging', trail),
  cloudtrail('ListPublicKeys'),
  cloudtrail('DeleteTrail', trail),

  rolesanywhere(
    'CreateTrustAnchor',
    { name: 'walk', source: certificates, enabled: true, tags: lowerTags },
    {
      read: (output, known) => {
        learn('anchor', 'trustAnchor', 'trustAnchorId')(output, known);
        learn('anchor ARN', 'trustAnchor', 'trustAnchorArn')(output, known);
      },
    },
  ),
  rolesanywhere('GetTrustAnchor', anchor),
  rolesanywhere('ListTrustAnchors'),
  rolesanywhere('UpdateTrustAnchor', (known) => ({ ...anchor(known), name: 'walking' })),
  rolesanywhere('DisableTrustAnchor', anchor),
  rolesanywhere('EnableTrustAnchor', anchor),
  rolesanywhere('PutNotificationSettings', (known) => ({
    ...anchor(known),
    notificationSettings: [{ event: expiry, enabled: true, threshold: 30 }],
  })),
  rolesanywhere('ResetNotificationSettings', (known) => ({
    ...anchor(known),
    notificationSettingKeys: [{ event: expiry }],
  })),
  rolesanywhere('TagResource', (known) => ({ resourceArn: value(known, 'anchor ARN'), tags: lowerTags })),
  rolesanywhere('ListTagsForResource', (known) => ({ resourceArn: value(known, 'anchor ARN') })),
  rolesanywhere('UntagResource', (known) => ({ resourceArn: value(known, 'anchor ARN'), tagKeys: keys })),
  rolesanywhere(
    'CreateProfile',
    (known) => ({ name: 'walk', roleArns: [value(known, 'role')], enabled: true }),
    { read: learn('profile', 'profile', 'profileId') },
  ),
  rolesanywhere('GetProfile', anywhere),
  rolesanywhere('ListProfiles'),
  rolesanywhere('UpdateProfile', (known) => ({ ...anywhere(known), durationSeconds: 900 })),
  rolesanywhere('DisableProfile', anywhere),
  rolesanywhere('EnableProfile', anywhere),
  rolesanywhere('PutAttributeMapping', (known) => ({
    ...anywhere(known),
    certificateField: 'x509Subject',
    mappingRules: [{ specifier: 'CN' }, { specifier: 'OU' }],
  })),
  rolesanywhere('DeleteAttributeMapping', (known) => ({
    ...anywhere(known),
    certificateField: 'x509Subject',
    specifiers: ['OU'],
  })),
  rolesanywhere('ImportCrl', (known) => ({ name: 'walk', crlData: authority.revoke(), ...anchored(known) }), {
    read: learn('crl', 'crl', 'crlId'),
  }),
  rolesanywhere('GetCrl', crl),
  rolesanywhere('ListCrls'),
  rolesanywhere('UpdateCrl', (known) => ({ ...crl(known), name: 'walking' })),
  rolesanywhere('EnableCrl', crl),
  rolesanywhere('DisableCrl', crl),
  rolesanywhere('ListSubjects'),
  rolesanywhere('DeleteCrl', crl),
  rolesanywhere('DeleteProfile', anywhere),
  rolesanywhere('DeleteTrustAnchor', anchor),

  eks('ListClusters'),
  eks('DescribeCluster', { name: walkedCluster.name }),
  iam(
    'CreateRole',
    { RoleName: 'pods', AssumeRolePolicyDocument: podTrust },
    { read: learn('pods', 'Role', 'Arn') },
  ),
  eks(
    'CreatePodIdentityAssociation',
    (known) => ({ ...cluster, namespace: 'shop', serviceAccount: 'cart', roleArn: value(known, 'pods') }),
    {
      read: (output, { values }) => {
        values.set('association', at(output, 'association', 'associationId'));
        values.set('associationArn', at(output, 'association', 'associationArn'));
      },
    },
  ),
  eks('DescribePodIdentityAssociation', association),
  eks('ListPodIdentityAssociations', cluster),
  eks('UpdatePodIdentityAssociation', (known) => ({ ...association(known), disableSessionTags: true })),
  eks('TagResource', (known) => ({ ...associated(known), tags: { team: 'blue + grün' } })),
  eks('ListTagsForResource', associated),
  eks('UntagResource', (known) => ({ ...associated(known), tagKeys: keys })),
  eks('DeletePodIdentityAssociation', association),
  iam('DeleteRole', { RoleName: 'pods' }),

  iam('RemoveRoleFromInstanceProfile', { ...profile, ...role }),
  iam('DeleteInstanceProfile', profile),
  iam('DeleteRolePermissionsBoundary', role),
  iam('DetachRolePolicy', (known) => ({ ...managed(known), ...role })),
  iam('DeleteRolePolicy', { ...role, PolicyName: 'all' }),
  iam('DeleteRole', role),
  iam('DeleteLoginProfile', user),
  iam('DeactivateMFADevice', (known) => ({ ...device(known), ...user })),
  iam('DeleteVirtualMFADevice', device),
  iam('DeleteGroupPolicy', { ...group, PolicyName: 'read' }),
  iam('DetachGroupPolicy', (known) => ({ ...managed(known), ...group })),
  iam('RemoveUserFromGroup', { ...user, ...group }),
  iam('DeleteGroup', { ...group }),
  iam('DeleteUserPolicy', { ...user, PolicyName: 'all' }),
  iam('DetachUserPolicy', (known) => ({ ...managed(known), ...user })),
  iam('DeleteUserPermissionsBoundary', user),
  iam('DeletePolicy', managed),
  iam('DeleteAccessKey', (known) => ({ ...user, AccessKeyId: value(known, 'key') })),
  iam('DeleteUser', user),
];
