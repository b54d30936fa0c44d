import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AccessKeyId, AccountId, UniqueId } from '#core/identifiers';
import type { SessionClaims } from '#core/session-token';
import type { Caller } from '#services/operation';
import type { AccountDocument, RoleDocument, UserDocument } from '#stores/identity';
import { foreignIdentity, userIdentity } from './user-identity.ts';

const account: AccountDocument = {
  id: '111122223333' as AccountId,
  name: 'management',
  email: 'management@example.com',
  createdAt: 0,
};
const holder = {
  account: account.id,
  path: '/team/',
  createdAt: 0,
  inlinePolicies: {},
  attachedPolicies: [],
  tags: [],
};
const user: UserDocument = { ...holder, id: 'AIDAALICE' as UniqueId, name: 'alice', groups: [] };
const role: RoleDocument = {
  ...holder,
  id: 'AROADEPLOY' as UniqueId,
  name: 'deploy',
  maxSessionDurationSeconds: 3600,
  trustPolicy: '{}',
  trustedIds: {},
};
const session: SessionClaims = {
  kind: 'assumed-role',
  accessKeyId: 'ASIA1' as AccessKeyId,
  account: account.id,
  principalId: role.id,
  sessionName: 'run',
  issuedAt: Date.UTC(2026, 0, 2, 3, 4, 5) / 1000,
  expiresAt: Date.UTC(2026, 0, 2, 4, 4, 5) / 1000,
  region: 'us-east-1',
};
const roleCaller = (more: Partial<SessionClaims>): Caller => ({
  kind: 'assumed-role',
  account,
  role,
  accessKeyId: 'ASIA1',
  session: { ...session, ...more },
});
const attributes = { creationDate: '2026-01-02T03:04:05Z', mfaAuthenticated: 'false' } as const;

describe('who a record says the caller is', () => {
  test('names the root by the alias of its account', () => {
    const root: Caller = { kind: 'root', account: { ...account, alias: 'acme' }, accessKeyId: 'AKIA1' };
    assert.deepEqual(userIdentity(root), {
      type: 'Root',
      principalId: '111122223333',
      arn: 'arn:aws:iam::111122223333:root',
      accountId: '111122223333',
      accessKeyId: 'AKIA1',
      userName: 'acme',
    });
  });

  test('says of a user’s session when it was made and whether with a second factor', () => {
    const caller: Caller = {
      kind: 'user',
      account,
      user,
      accessKeyId: 'ASIA1',
      session: { ...session, kind: 'session-token', mfaAt: session.issuedAt },
    };
    assert.deepEqual(userIdentity(caller), {
      type: 'IAMUser',
      principalId: 'AIDAALICE',
      arn: 'arn:aws:iam::111122223333:user/team/alice',
      accountId: '111122223333',
      accessKeyId: 'ASIA1',
      userName: 'alice',
      sessionContext: { attributes: { ...attributes, mfaAuthenticated: 'true' } },
    });
  });

  test('says of a role’s session whose role it is, who stands behind it and how it was delivered', () => {
    const caller = roleCaller({
      sourceIdentity: 'alice',
      context: { 'ec2:RoleDelivery': '2.0', 'aws:Other': 'x' },
    });
    assert.deepEqual(userIdentity(caller), {
      type: 'AssumedRole',
      principalId: 'AROADEPLOY:run',
      arn: 'arn:aws:sts::111122223333:assumed-role/deploy/run',
      accountId: '111122223333',
      accessKeyId: 'ASIA1',
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: 'AROADEPLOY',
          arn: 'arn:aws:iam::111122223333:role/team/deploy',
          accountId: '111122223333',
          userName: 'deploy',
        },
        webIdFederationData: {},
        attributes,
        sourceIdentity: 'alice',
        ec2RoleDelivery: '2.0',
      },
    });
  });

  test('keeps what an OpenID Connect provider said, and nothing of another’s', () => {
    const federatedProvider = 'arn:aws:iam::111122223333:oidc-provider/id.example.com/tenant';
    const data = userIdentity(
      roleCaller({
        context: {
          'aws:FederatedProvider': federatedProvider,
          'id.example.com/tenant:aud': 'app',
          'id.example.com/tenant:sub': 'alice',
          'id.example.com/other:sub': 'mallory',
          'id.example.com/tenant:amr': ['pwd'],
        },
      }),
    ).sessionContext?.webIdFederationData;
    assert.deepEqual(data, {
      federatedProvider,
      attributes: { 'id.example.com/tenant:aud': 'app', 'id.example.com/tenant:sub': 'alice' },
    });
    const saml = userIdentity(
      roleCaller({ context: { 'aws:FederatedProvider': 'arn:aws:iam::111122223333:saml-provider/adfs' } }),
    );
    assert.deepEqual(saml.sessionContext?.webIdFederationData, {});
  });

  test('tells another account the principal’s id and account alone', () => {
    assert.deepEqual(foreignIdentity(roleCaller({})), {
      type: 'AWSAccount',
      principalId: 'AROADEPLOY:run',
      accountId: '111122223333',
    });
  });
});
