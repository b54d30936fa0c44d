import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CreateGroupCommand,
  GetUserCommand,
  type IAMClient,
  IAMServiceException,
  ListUsersCommand,
  SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  AttachPolicyCommand,
  CreateAccountCommand,
  CreateOrganizationCommand,
  CreatePolicyCommand,
  DescribeCreateAccountStatusCommand,
  DetachPolicyCommand,
  EnablePolicyTypeCommand,
  ListRootsCommand,
  type OrganizationsClient,
} from '@aws-sdk/client-organizations';
import { type AddedUser, addUser, allow } from '../../principals.ts';
import { type StartedService, startService } from '../../started-service.ts';

type Statement = Readonly<Record<string, unknown>>;

interface Ask {
  readonly action: string;
  readonly resource: (account: string) => string;
  readonly call: (iam: IAMClient) => Promise<unknown>;
}

const listUsers: Ask = {
  action: 'iam:ListUsers',
  resource: () => '*',
  call: (iam) => iam.send(new ListUsersCommand({})),
};
const getUser: Ask = {
  action: 'iam:GetUser',
  resource: (account) => `arn:aws:iam::${account}:user/caller`,
  call: (iam) => iam.send(new GetUserCommand({ UserName: 'caller' })),
};
const createGroup: Ask = {
  action: 'iam:CreateGroup',
  resource: (account) => `arn:aws:iam::${account}:group/ops`,
  call: (iam) => iam.send(new CreateGroupCommand({ GroupName: 'ops' })),
};

interface Scenario {
  readonly name: string;
  readonly ask: Ask;
  /** Of a service control policy that is attached to the account; none where there are no statements. */
  readonly scp: readonly Statement[];
  /** Takes FullAWSAccess from the account, so that only the policy above allows. */
  readonly only?: boolean;
  readonly identity?: string;
  readonly boundary?: string;
  readonly decision: 'allowed' | 'implicitDeny' | 'explicitDeny';
  readonly allowedByOrganizations: boolean;
}

const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const allowing = (Action: string, more: Statement = {}): Statement => ({ Effect: 'Allow', Action, ...more });
const denying = (Action: string, more: Statement = {}): Statement => ({ Effect: 'Deny', Action, ...more });
/** Whoever simulates needs the permission as well. */
const simulating = allowing('iam:Simulate*');
const when = (operator: string, key: string, value: string): Statement => ({
  Condition: { [operator]: { [key]: value } },
});

const scenarios: readonly Scenario[] = [
  {
    name: 'no policy but FullAWSAccess',
    ask: listUsers,
    scp: [],
    decision: 'allowed',
    allowedByOrganizations: true,
  },
  {
    name: 'no policy but FullAWSAccess, for who may do nothing',
    ask: listUsers,
    scp: [],
    identity: allow('s3:*'),
    decision: 'implicitDeny',
    allowedByOrganizations: true,
  },
  {
    name: 'a deny',
    ask: listUsers,
    scp: [denying('iam:List*')],
    decision: 'explicitDeny',
    allowedByOrganizations: false,
  },
  {
    name: 'a deny of something else',
    ask: getUser,
    scp: [denying('iam:List*')],
    decision: 'allowed',
    allowedByOrganizations: true,
  },
  {
    name: 'a deny of everything but IAM',
    ask: getUser,
    scp: [{ Effect: 'Deny', NotAction: 'iam:*' }],
    decision: 'allowed',
    allowedByOrganizations: true,
  },
  {
    name: 'a deny of a resource',
    ask: getUser,
    scp: [denying('iam:GetUser', { Resource: 'arn:aws:iam::*:user/caller' })],
    decision: 'explicitDeny',
    allowedByOrganizations: false,
  },
  {
    name: 'a deny of another resource',
    ask: createGroup,
    scp: [denying('iam:Create*', { Resource: 'arn:aws:iam::*:user/*' })],
    decision: 'allowed',
    allowedByOrganizations: true,
  },
  {
    name: 'a deny in other Regions',
    ask: listUsers,
    scp: [denying('*', when('StringNotEquals', 'aws:RequestedRegion', 'us-east-1'))],
    decision: 'allowed',
    allowedByOrganizations: true,
  },
  {
    name: 'a deny in this Region',
    ask: listUsers,
    scp: [denying('iam:List*', when('StringNotEquals', 'aws:RequestedRegion', 'eu-west-1'))],
    decision: 'explicitDeny',
    allowedByOrganizations: false,
  },
  {
    name: 'a deny of all but one principal',
    ask: getUser,
    scp: [denying('iam:GetUser', when('ArnNotLike', 'aws:PrincipalArn', 'arn:aws:iam::*:user/caller'))],
    decision: 'allowed',
    allowedByOrganizations: true,
  },
  {
    name: 'a list of what is allowed',
    ask: getUser,
    scp: [allowing('iam:Get*'), simulating],
    only: true,
    decision: 'allowed',
    allowedByOrganizations: true,
  },
  {
    name: 'a list of what is allowed, without this',
    ask: listUsers,
    scp: [allowing('iam:Get*'), simulating],
    only: true,
    decision: 'implicitDeny',
    allowedByOrganizations: false,
  },
  {
    name: 'an allow under a condition that fails',
    ask: getUser,
    scp: [allowing('*', when('Bool', 'aws:SecureTransport', 'true')), simulating],
    only: true,
    decision: 'implicitDeny',
    allowedByOrganizations: false,
  },
  {
    name: 'a boundary that does not allow, beside a list that does',
    ask: createGroup,
    scp: [allowing('iam:*')],
    only: true,
    boundary: readOnly,
    decision: 'implicitDeny',
    allowedByOrganizations: true,
  },
  {
    name: 'a deny, and a boundary that allows',
    ask: listUsers,
    scp: [denying('iam:ListUsers')],
    boundary: readOnly,
    decision: 'explicitDeny',
    allowedByOrganizations: false,
  },
];

let service: StartedService;
let organizations: OrganizationsClient;

before(async () => {
  service = await startService();
  organizations = service.organizations(service.root);
  await organizations.send(new CreateOrganizationCommand({}));
  const { Roots } = await organizations.send(new ListRootsCommand({}));
  await organizations.send(
    new EnablePolicyTypeCommand({ RootId: Roots?.[0]?.Id, PolicyType: 'SERVICE_CONTROL_POLICY' }),
  );
});
after(() => service.stop());

async function createAccount(name: string): Promise<string> {
  const { CreateAccountStatus: started } = await organizations.send(
    new CreateAccountCommand({ AccountName: name, Email: `${name}@example.com` }),
  );
  const { CreateAccountStatus } = await organizations.send(
    new DescribeCreateAccountStatusCommand({ CreateAccountRequestId: started?.Id }),
  );
  assert.ok(CreateAccountStatus?.AccountId);
  return CreateAccountStatus.AccountId;
}

async function attach(account: string, statements: readonly Statement[], only: boolean): Promise<void> {
  const Content = JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((one) => ({ Resource: '*', ...one })),
  });
  const { Policy } = await organizations.send(
    new CreatePolicyCommand({ Type: 'SERVICE_CONTROL_POLICY', Name: account, Description: '', Content }),
  );
  await organizations.send(
    new AttachPolicyCommand({ PolicyId: Policy?.PolicySummary?.Id, TargetId: account }),
  );
  if (only)
    await organizations.send(new DetachPolicyCommand({ PolicyId: 'p-FullAWSAccess', TargetId: account }));
}

/** What the live service does: allowed unless it says AccessDenied, and then with which reason. */
async function live({ call }: Ask, { credentials }: AddedUser): Promise<Scenario['decision']> {
  try {
    await call(service.iam(credentials));
    return 'allowed';
  } catch (error) {
    assert.ok(error instanceof IAMServiceException);
    assert.equal(error.name, 'AccessDenied');
    return / with an explicit deny in /.test(error.message) ? 'explicitDeny' : 'implicitDeny';
  }
}

const keys = {
  'aws:RequestedRegion': 'us-east-1',
  'aws:SecureTransport': 'false',
  'aws:SourceIp': '127.0.0.1',
};

async function simulate(simulator: AddedUser, source: AddedUser, { action, resource }: Ask) {
  const { EvaluationResults = [] } = await service.iam(simulator.credentials).send(
    new SimulatePrincipalPolicyCommand({
      PolicySourceArn: source.arn,
      ActionNames: [action],
      ResourceArns: [resource(source.user.account)],
      ContextEntries: Object.entries(keys).map(([ContextKeyName, value]) => ({
        ContextKeyName,
        ContextKeyValues: [value],
        ContextKeyType: 'string',
      })),
    }),
  );
  assert.equal(EvaluationResults.length, 1);
  return EvaluationResults[0];
}

describe('the simulator decides what the live service then does under service control policies', () => {
  for (const [number, scenario] of scenarios.entries()) {
    test(`${scenario.name}: ${scenario.decision}`, async () => {
      const { ask, scp, only = false, identity = allow('*'), boundary } = scenario;
      const account = await createAccount(`member${number}`);
      const caller = await addUser(service, 'caller', {
        account,
        policy: identity,
        ...(boundary === undefined ? {} : { permissionsBoundary: boundary }),
      });
      const simulator = await addUser(service, 'simulator', { account, policy: allow('iam:Simulate*') });
      if (scp.length > 0) await attach(account, scp, only);
      const result = await simulate(simulator, caller, ask);
      assert.equal(result?.EvalDecision, scenario.decision);
      assert.deepEqual(result.OrganizationsDecisionDetail, {
        AllowedByOrganizations: scenario.allowedByOrganizations,
      });
      // Where an organization refuses, the simulation ends; `*` has no account of its own.
      const hasDetails = scenario.allowedByOrganizations && ask !== listUsers;
      assert.equal(result.EvalDecisionDetails !== undefined, hasDetails);
      // What the management account wrote is not shown to its members.
      const sources = result.MatchedStatements?.map(({ SourcePolicyId }) => SourcePolicyId);
      assert.deepEqual(sources?.length, scenario.decision === 'allowed' ? 1 : 0);
      assert.deepEqual(
        result.ResourceSpecificResults?.flatMap((one) => one.MissingContextValues ?? []) ?? [],
        [],
      );
      assert.equal(await live(ask, caller), scenario.decision);
    });
  }

  test('in the management account no organization has a say', async () => {
    const caller = await addUser(service, 'caller', { policy: allow('*') });
    const result = await simulate(caller, caller, listUsers);
    assert.deepEqual([result?.EvalDecision, result?.OrganizationsDecisionDetail], ['allowed', undefined]);
    assert.equal(await live(listUsers, caller), 'allowed');
  });

  test('the condition keys of organization policies are not told to a member', async () => {
    const account = await createAccount('secretive');
    const caller = await addUser(service, 'caller', { account, policy: allow('*') });
    await attach(
      account,
      [denying('iam:ListUsers', when('StringEquals', 'aws:SourceVpc', 'vpc-secret'))],
      false,
    );
    const result = await simulate(caller, caller, listUsers);
    assert.deepEqual([result?.EvalDecision, result?.MissingContextValues], ['allowed', []]);
  });
});
