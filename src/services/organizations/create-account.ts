import { rootArn } from '#core/arn';
import { createAccountId, createUniqueId } from '#core/identifiers';
import { type Call, defineOperation } from '#services/operation';
import type {
  AccountCreationDocument,
  AccountDocument,
  IdentityState,
  OrganizationDocument,
  RoleDocument,
  Tag,
} from '#stores/identity';
import { type OrganizationsTypes, organizationsOperations } from '#wire/model';
import { managedOrganization } from './membership.ts';
import { createAccountRequestId, unusedId } from './names.ts';
import { firstAttachments } from './policy/attachments.ts';
import { aboutTagging, readTags, requestTagContext } from './tags.ts';

const administratorAccess = 'arn:aws:iam::aws:policy/AdministratorAccess';
const defaultRoleName = 'OrganizationAccountAccessRole';

/**
 * Creates a member account with one administrator role that trusts the management account (Organizations API, "CreateAccount").
 * As at AWS the answer is always IN_PROGRESS and the outcome is asked for with DescribeCreateAccountStatus; here it is known by then.
 * `IamUserAccessToBilling` has nothing to act on: there is no billing.
 */
export const createAccount = defineOperation(organizationsOperations.CreateAccount, {
  callers: 'signed',
  effect: 'change',
  load: (input) => readTags(input.Tags),
  authorize: (_input, tags) => [
    { action: 'organizations:CreateAccount', resource: '*', context: requestTagContext(tags) },
    ...aboutTagging(tags),
  ],
  run: async (input, tags, call) => {
    const creation = await call.identity.write(({ state, put }): AccountCreationDocument => {
      const organization = managedOrganization(state, call.caller);
      const request = {
        id: unusedId(
          () => createAccountRequestId(call.random),
          (id) => state.all('account-creation').get(id) !== undefined,
        ),
        organization: organization.id,
        accountName: input.AccountName,
        requestedAt: call.now,
        completedAt: call.now,
      };
      if (isEmailTaken(state, input.Email)) {
        const failed = { ...request, state: 'FAILED' as const, failureReason: 'EMAIL_ALREADY_EXISTS' };
        put('account-creation', failed);
        return failed;
      }
      const account = newAccount(input, tags, organization, state, call);
      const succeeded = { ...request, state: 'SUCCEEDED' as const, account: account.id };
      put('account', account);
      for (const attachment of firstAttachments(organization, account.id))
        put('policy-attachment', attachment);
      put('role', administratorRole(input.RoleName ?? defaultRoleName, account, organization, call));
      put('account-creation', succeeded);
      return succeeded;
    });
    return {
      CreateAccountStatus: {
        Id: creation.id,
        AccountName: creation.accountName,
        State: 'IN_PROGRESS',
        RequestedTimestamp: creation.requestedAt,
      },
    };
  },
});

function isEmailTaken(state: IdentityState, email: string): boolean {
  const wanted = email.toLowerCase();
  for (const account of state.all('account').values()) {
    if (account.email.toLowerCase() === wanted) return true;
  }
  return false;
}

function newAccount(
  input: OrganizationsTypes.CreateAccountRequest,
  tags: readonly Tag[],
  organization: OrganizationDocument,
  state: IdentityState,
  call: Call,
): AccountDocument {
  return {
    id: unusedId(
      () => createAccountId(call.random),
      (id) => state.all('account').get(id) !== undefined,
    ),
    name: input.AccountName,
    email: input.Email,
    createdAt: call.now,
    organization: {
      id: organization.id,
      parent: organization.rootId,
      joinedMethod: 'CREATED',
      joinedAt: call.now,
      status: 'ACTIVE',
      tags,
    },
  };
}

function administratorRole(
  name: string,
  account: AccountDocument,
  organization: OrganizationDocument,
  call: Call,
): RoleDocument {
  return {
    id: createUniqueId('AROA', call.random),
    account: account.id,
    name,
    path: '/',
    createdAt: call.now,
    inlinePolicies: {},
    attachedPolicies: [administratorAccess],
    tags: [],
    maxSessionDurationSeconds: 3600,
    trustPolicy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: rootArn(organization.managementAccount) },
          Action: 'sts:AssumeRole',
        },
      ],
    }),
    trustedIds: {},
  };
}
