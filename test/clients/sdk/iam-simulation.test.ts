import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreateUserCommand,
  DeleteUserCommand,
  GetUserCommand,
  type IAMClient,
  IAMServiceException,
  ListUsersCommand,
  paginateSimulateCustomPolicy,
  SimulateCustomPolicyCommand,
  SimulatePrincipalPolicyCommand,
  TagUserCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, DecodeAuthorizationMessageCommand } from '@aws-sdk/client-sts';
import type { UniqueId } from '#core/identifiers';
import { authorizationMessageHeader } from '#pipeline';
import { runCommandLine } from '../../../src/main/command-line/index.ts';
import { noPeople } from '../../no-people.ts';
import { type Credentials, credentialsOf, type StartedService, startService } from '../../started-service.ts';

const account = '111122223333';
const target = `arn:aws:iam::${account}:user/team/target`;
const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const administrator = 'arn:aws:iam::aws:policy/AdministratorAccess';

type Statement = Readonly<Record<string, unknown>>;

const deny = (Action: string, more: Statement = {}): Statement => ({ Effect: 'Deny', Action, ...more });
const when = (operator: string, key: string, value: string | readonly string[]): Statement => ({
  Condition: { [operator]: { [key]: value } },
});
const document = (...statements: readonly Statement[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((one) => ({ Effect: 'Allow', Action: '*', Resource: '*', ...one })),
  });

/** What is asked: the call, and the action and resource that it asks policy about. */
interface Ask {
  readonly action: string;
  readonly resource: string;
  readonly call: (iam: IAMClient) => Promise<unknown>;
  readonly keys?: Readonly<Record<string, string | readonly string[]>>;
}

const getTarget: Ask = {
  action: 'iam:GetUser',
  resource: target,
  call: (iam) => iam.send(new GetUserCommand({ UserName: 'target' })),
  keys: { 'aws:ResourceTag/Team': 'blue', 'iam:ResourceTag/Team': 'blue' },
};
const deleteTarget: Ask = {
  action: 'iam:DeleteUser',
  resource: `arn:aws:iam::${account}:user/nobody`,
  call: (iam) => iam.send(new DeleteUserCommand({ UserName: 'nobody' })),
};
const listUsers: Ask = {
  action: 'iam:ListUsers',
  resource: '*',
  call: (iam) => iam.send(new ListUsersCommand({})),
};
const tagTarget: Ask = {
  action: 'iam:TagUser',
  resource: target,
  call: (iam) =>
    iam.send(new TagUserCommand({ UserName: 'target', Tags: [{ Key: 'Stage', Value: 'test' }] })),
  keys: { 'aws:RequestTag/Stage': 'test', 'aws:TagKeys': ['Stage'], 'aws:ResourceTag/Team': 'blue' },
};
const createGroup: Ask = {
  action: 'iam:CreateGroup',
  resource: `arn:aws:iam::${account}:group/ops/new`,
  call: (iam) => iam.send(new CreateGroupCommand({ GroupName: 'new', Path: '/ops/' })),
};

interface Scenario {
  readonly name: string;
  readonly ask: Ask;
  readonly identity?: readonly Statement[];
  readonly attached?: readonly string[];
  readonly group?: readonly Statement[];
  readonly boundary?: string;
  /** Makes the caller a session of a role, under this session policy where there are statements. */
  readonly session?: readonly Statement[];
  readonly tags?: Readonly<Record<string, string>>;
  readonly decision: 'allowed' | 'implicitDeny' | 'explicitDeny';
}

const scenarios: readonly Scenario[] = [
  { name: 'a user without policies', ask: getTarget, decision: 'implicitDeny' },
  { name: 'a user who may do everything', ask: getTarget, attached: [administrator], decision: 'allowed' },
  { name: 'a user who may read', ask: listUsers, attached: [readOnly], decision: 'allowed' },
  { name: 'a user who may only read', ask: createGroup, attached: [readOnly], decision: 'implicitDeny' },
  {
    name: 'an action by its wildcard',
    ask: getTarget,
    identity: [{ Action: 'iam:g?t*' }],
    decision: 'allowed',
  },
  { name: 'another action', ask: getTarget, identity: [{ Action: 'iam:GetRole' }], decision: 'implicitDeny' },
  {
    name: 'a resource by its path',
    ask: getTarget,
    identity: [{ Resource: `arn:aws:iam::${account}:user/team/*` }],
    decision: 'allowed',
  },
  {
    name: 'a resource under another path',
    ask: getTarget,
    identity: [{ Resource: `arn:aws:iam::${account}:user/other/*` }],
    decision: 'implicitDeny',
  },
  {
    name: 'a resource that does not exist',
    ask: deleteTarget,
    identity: [{ Resource: `arn:aws:iam::${account}:user/nobody` }],
    decision: 'allowed',
  },
  {
    name: 'everything but an action',
    ask: listUsers,
    identity: [{ Action: undefined, NotAction: 'iam:List*' }],
    decision: 'implicitDeny',
  },
  {
    name: 'everything but a resource',
    ask: createGroup,
    identity: [{ Resource: undefined, NotResource: `arn:aws:iam::${account}:group/ops/*` }],
    decision: 'implicitDeny',
  },
  {
    name: 'a deny beside an allow',
    ask: getTarget,
    identity: [{}, deny('iam:GetUser')],
    decision: 'explicitDeny',
  },
  {
    name: 'a deny of another resource',
    ask: getTarget,
    identity: [{}, deny('*', { Resource: `arn:aws:iam::${account}:group/*` })],
    decision: 'allowed',
  },
  { name: 'what a group allows', ask: getTarget, group: [{ Action: 'iam:Get*' }], decision: 'allowed' },
  {
    name: 'what a group denies',
    ask: getTarget,
    attached: [administrator],
    group: [deny('iam:Get*')],
    decision: 'explicitDeny',
  },
  { name: 'a boundary that allows', ask: getTarget, identity: [{}], boundary: readOnly, decision: 'allowed' },
  {
    name: 'a boundary that does not allow',
    ask: createGroup,
    identity: [{}],
    boundary: readOnly,
    decision: 'implicitDeny',
  },
  { name: 'a boundary that alone allows', ask: getTarget, boundary: administrator, decision: 'implicitDeny' },
  {
    name: 'a condition on the name of the caller',
    ask: getTarget,
    identity: [when('StringLike', 'aws:username', 'caller-*')],
    decision: 'allowed',
  },
  {
    name: 'a condition on the kind of the caller',
    ask: getTarget,
    identity: [when('StringEquals', 'aws:PrincipalType', 'AssumedRole')],
    decision: 'implicitDeny',
  },
  {
    name: 'a condition on a tag of the caller',
    ask: getTarget,
    identity: [when('StringEquals', 'aws:PrincipalTag/team', 'red')],
    tags: { Team: 'red' },
    decision: 'allowed',
  },
  {
    name: 'a tag of the caller that must be that of the resource',
    ask: getTarget,
    identity: [when('StringEquals', 'aws:ResourceTag/Team', '\u0024{aws:PrincipalTag/Team}')],
    tags: { Team: 'red' },
    decision: 'implicitDeny',
  },
  {
    name: 'a condition on the tags of the request',
    ask: tagTarget,
    identity: [when('ForAllValues:StringEquals', 'aws:TagKeys', ['Stage', 'Team'])],
    decision: 'allowed',
  },
  {
    name: 'a deny of a tag of the request',
    ask: tagTarget,
    identity: [{}, deny('iam:TagUser', when('StringNotEquals', 'aws:RequestTag/Stage', 'prod'))],
    decision: 'explicitDeny',
  },
  {
    name: 'a condition on the address',
    ask: getTarget,
    identity: [when('IpAddress', 'aws:SourceIp', '127.0.0.0/8')],
    decision: 'allowed',
  },
  {
    name: 'a deny without TLS',
    ask: getTarget,
    identity: [{}, deny('*', when('Bool', 'aws:SecureTransport', 'false'))],
    decision: 'explicitDeny',
  },
  {
    name: 'a deny without a second factor',
    ask: getTarget,
    identity: [{}, deny('*', when('BoolIfExists', 'aws:MultiFactorAuthPresent', 'false'))],
    decision: 'explicitDeny',
  },
  {
    name: 'a condition on a key that is not there',
    ask: getTarget,
    identity: [when('StringEquals', 'aws:SourceVpc', 'vpc-1')],
    decision: 'implicitDeny',
  },
  {
    name: 'a time that is over',
    ask: getTarget,
    identity: [when('DateLessThan', 'aws:CurrentTime', '2020-01-01T00:00:00Z')],
    decision: 'implicitDeny',
  },
  {
    name: 'a session of a role',
    ask: getTarget,
    identity: [{ Action: 'iam:Get*' }],
    session: [],
    decision: 'allowed',
  },
  { name: 'a session of a role without policies', ask: getTarget, session: [], decision: 'implicitDeny' },
  {
    name: 'a session policy that allows',
    ask: getTarget,
    identity: [{}],
    session: [{ Action: 'iam:GetUser' }],
    decision: 'allowed',
  },
  {
    name: 'a session policy that does not allow',
    ask: createGroup,
    identity: [{}],
    session: [{ Action: 'iam:GetUser' }],
    decision: 'implicitDeny',
  },
  {
    name: 'a session policy that denies',
    ask: getTarget,
    identity: [{}],
    session: [{}, deny('iam:GetUser')],
    decision: 'explicitDeny',
  },
  { name: 'a session policy that alone allows', ask: getTarget, session: [{}], decision: 'implicitDeny' },
  {
    name: 'a session of a role within a boundary',
    ask: createGroup,
    identity: [{}],
    boundary: readOnly,
    session: [],
    decision: 'implicitDeny',
  },
];

let service: StartedService;
let root: IAMClient;

before(async () => {
  service = await startService();
  root = service.iam(service.root);
  await root.send(
    new CreateUserCommand({ UserName: 'target', Path: '/team/', Tags: [{ Key: 'Team', Value: 'blue' }] }),
  );
});
after(() => service.stop());

/** Makes a caller as the scenario says; returns the ARN of its user or role, and its credentials. */
async function createCaller(scenario: Scenario, number: number): Promise<readonly [string, Credentials]> {
  const { identity, attached = [], group, boundary, session, tags = {} } = scenario;
  const name = `caller-${number}`;
  const id = (prefix: string): UniqueId => `${prefix}${String(number + 10)}`.padEnd(21, 'A') as UniqueId;
  const holder = {
    account: account as never,
    name,
    path: '/',
    createdAt: 0,
    inlinePolicies: identity === undefined ? {} : { Inline: document(...identity) },
    attachedPolicies: attached,
    tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
    ...(boundary === undefined ? {} : { permissionsBoundary: boundary }),
  };
  if (session !== undefined) {
    await service.house.identity.write(({ put }) => {
      put('role', {
        ...holder,
        id: id('AROA'),
        maxSessionDurationSeconds: 3600,
        trustPolicy: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' }],
        }),
        trustedIds: {},
      });
    });
    const RoleArn = `arn:aws:iam::${account}:role/${name}`;
    const opened = await service.sts(await opener()).send(
      new AssumeRoleCommand({
        RoleArn,
        RoleSessionName: 'one',
        ...(session.length === 0 ? {} : { Policy: document(...session) }),
      }),
    );
    return [RoleArn, credentialsOf(opened)];
  }
  await service.house.identity.write(({ put }) => {
    if (group !== undefined) {
      const groupPolicies = { Inline: document(...group) };
      const { tags: _, permissionsBoundary: __, ...entity } = { permissionsBoundary: '', ...holder };
      put('group', { ...entity, id: id('AGPA'), inlinePolicies: groupPolicies, attachedPolicies: [] });
    }
    put('user', { ...holder, id: id('AIDA'), groups: group === undefined ? [] : [id('AGPA')] });
  });
  return [`arn:aws:iam::${account}:user/${name}`, await accessKeyOf(name)];
}

async function accessKeyOf(UserName: string): Promise<Credentials> {
  const { AccessKey } = await root.send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
}

let opening: Promise<Credentials> | undefined;

/** A user who may assume every role: the root may not. */
function opener(): Promise<Credentials> {
  opening ??= service.house.identity
    .write(({ put }) =>
      put('user', {
        id: 'AIDAOPENEROPENEROPENE' as UniqueId,
        account: account as never,
        name: 'opener',
        path: '/',
        createdAt: 0,
        inlinePolicies: {},
        attachedPolicies: [administrator],
        tags: [],
        groups: [],
      }),
    )
    .then(() => accessKeyOf('opener'));
  return opening;
}

/** What the live service does: allowed unless it says AccessDenied, and then with which reason. */
async function live({ call }: Ask, credentials: Credentials): Promise<Scenario['decision']> {
  try {
    await call(service.iam(credentials));
    return 'allowed';
  } catch (error) {
    assert.ok(error instanceof IAMServiceException);
    if (error.name !== 'AccessDenied') return 'allowed';
    return / with an explicit deny in /.test(error.message) ? 'explicitDeny' : 'implicitDeny';
  }
}

function contextEntries(keys: Ask['keys'], isSession: boolean) {
  const all: NonNullable<Ask['keys']> = {
    'aws:SourceIp': '127.0.0.1',
    'aws:SecureTransport': 'false',
    'aws:RequestedRegion': 'us-east-1',
    ...(isSession ? { 'aws:MultiFactorAuthPresent': 'false' } : {}),
    ...keys,
  };
  return Object.entries(all).map(([ContextKeyName, value]) => ({
    ContextKeyName,
    ContextKeyValues: [value].flat(),
    ContextKeyType: typeof value === 'string' ? ('string' as const) : ('stringList' as const),
  }));
}

describe('the simulator decides what the live service then does', () => {
  for (const [number, scenario] of scenarios.entries()) {
    test(`${scenario.name}: ${scenario.decision}`, async () => {
      const { ask, session, decision } = scenario;
      const [PolicySourceArn, credentials] = await createCaller(scenario, number);
      // A session policy limits as a boundary does, and the simulator takes one of these.
      const limit =
        session === undefined || session.length === 0
          ? {}
          : { PermissionsBoundaryPolicyInputList: [document(...session)] };
      const { EvaluationResults = [] } = await root.send(
        new SimulatePrincipalPolicyCommand({
          PolicySourceArn,
          ActionNames: [ask.action],
          ResourceArns: [ask.resource],
          ContextEntries: contextEntries(ask.keys, session !== undefined),
          ...limit,
        }),
      );
      assert.deepEqual(
        EvaluationResults.map(({ EvalDecision }) => EvalDecision),
        [decision],
      );
      assert.equal(await live(ask, credentials), decision);
    });
  }
});

describe('the simulator over the wire', () => {
  test('answers every member an SDK reads', async () => {
    const { EvaluationResults, IsTruncated } = await root.send(
      new SimulateCustomPolicyCommand({
        PolicyInputList: [document({ Action: 's3:GetObject' })],
        PermissionsBoundaryPolicyInputList: [document({})],
        ActionNames: ['s3:GetObject'],
        ResourceArns: ['arn:aws:s3:::bucket/key'],
        ResourcePolicy: document({ Principal: { AWS: '444455556666' } }),
        ResourceOwner: `arn:aws:iam::${account}:root`,
        CallerArn: 'arn:aws:iam::444455556666:user/bob',
      }),
    );
    const statement = (SourcePolicyId: string, SourcePolicyType: string, end: number) => ({
      SourcePolicyId,
      SourcePolicyType,
      StartPosition: { Line: 1, Column: 38 },
      EndPosition: { Line: 1, Column: end },
    });
    const own = {
      MatchedStatements: [
        statement('ResourcePolicy', 'Resource Policy', 119),
        statement('PolicyInputList.1', 'IAM Policy', 95),
      ],
      MissingContextValues: [],
      EvalDecisionDetails: {
        'Resource Policy': 'allowed',
        'IAM Policy': 'allowed',
        'IAM Permissions Boundary Policy': 'allowed',
      },
      PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: true },
    };
    assert.deepEqual(EvaluationResults, [
      {
        EvalActionName: 's3:GetObject',
        EvalResourceName: 'arn:aws:s3:::bucket/key',
        EvalDecision: 'allowed',
        ...own,
        ResourceSpecificResults: [
          {
            EvalResourceName: 'arn:aws:s3:::bucket/key',
            EvalResourceDecision: 'allowed',
            ...own,
          },
        ],
      },
    ]);
    assert.equal(IsTruncated, false);
  });

  test('pages through a thousand results', async () => {
    const names: (string | undefined)[] = [];
    const ActionNames = Array.from({ length: 1000 }, (_, index) => `s3:Get${index}`);
    const input = { PolicyInputList: [document({})], ActionNames };
    for await (const { EvaluationResults = [] } of paginateSimulateCustomPolicy(
      { client: root, pageSize: 300 },
      input,
    )) {
      assert.ok(EvaluationResults.length <= 300);
      names.push(...EvaluationResults.map(({ EvalActionName }) => EvalActionName));
    }
    assert.deepEqual(names, ActionNames);
  });

  test('a policy that is none is refused with its place', async () => {
    await assert.rejects(
      root.send(
        new SimulateCustomPolicyCommand({ PolicyInputList: ['{"a":1}'], ActionNames: ['s3:GetObject'] }),
      ),
      {
        name: 'InvalidInputException',
        message: 'Invalid policy PolicyInputList.1: Syntax errors in policy. (line 1, column 2)',
      },
    );
  });
});

/** Runs `brevet explain` against the service, with the root's credentials. */
async function brevetExplain(...given: readonly string[]) {
  let [stdout, stderr] = ['', ''];
  const code = await runCommandLine(['explain', '--endpoint-url', service.endpoint, ...given], {
    ...noPeople,
    version: '1.2.3',
    environment: {
      AWS_ACCESS_KEY_ID: service.root.accessKeyId,
      AWS_SECRET_ACCESS_KEY: service.root.secretAccessKey,
    },
    workingDirectory: '/',
    readFile: () => '',
    readInput: () => '',
    now: Date.now,
    interrupted: () => new AbortController().signal,
    isTerminal: false,
    serve: () => Promise.reject(new Error('nothing is to be served')),
    serveAuthorizer: () => Promise.resolve(),
    serveInstance: () => Promise.resolve(),
    servePods: () => Promise.resolve(),
    serveWebhook: () => Promise.resolve(),
    serveGateway: () => Promise.resolve(),
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
  });
  return { code, stdout, stderr };
}

describe('brevet explain, by the policies that the service knows', () => {
  const ask = ['--action', 'iam:GetUser', '--resource', target];

  test('draws what the simulator answers', async () => {
    const identity = [when('IpAddress', 'aws:SourceIp', '10.0.0.0/8')];
    const scenario: Scenario = {
      name: '',
      ask: getTarget,
      identity,
      boundary: readOnly,
      decision: 'allowed',
    };
    const [arn] = await createCaller(scenario, 83);
    const question = `${arn} iam:GetUser ${target}`;
    assert.deepEqual(await brevetExplain('--principal', arn, ...ask, '--context', 'aws:SourceIp=10.1.1.1'), {
      code: 0,
      stderr: '',
      stdout: `allowed: ${question}
├─ matches: a statement of user_caller-83_Inline (IAM Policy, line 1, column 38)
└─ permissions boundary: allows
`,
    });
    const { stdout } = await brevetExplain('--principal', arn, ...ask);
    assert.equal(
      stdout,
      `denied: no policy allows it: ${question}
├─ permissions boundary: allows
└─ the policies ask for aws:SourceIp: give it with --context
`,
    );
    const json = await brevetExplain('--principal', arn, ...ask, '--json');
    assert.equal(JSON.parse(json.stdout).EvalDecision, 'implicitDeny');
    const lists = ['--context', 'aws:TagKeys=a', 'aws:TagKeys=b'];
    assert.equal((await brevetExplain('--principal', arn, ...ask, ...lists)).code, 0);
  });

  test('says what the service says of a principal that is not there', async () => {
    assert.deepEqual(await brevetExplain('--principal', `arn:aws:iam::${account}:user/none`, ...ask), {
      code: 1,
      stdout: '',
      stderr: 'brevet: NoSuchEntity: The user with name none cannot be found.\n',
    });
  });
});

describe('the message of a real denial', () => {
  async function deniedMessage(credentials: Credentials): Promise<string> {
    let sealed: string | undefined;
    const iam = service.iam(credentials);
    iam.middlewareStack.add(
      (next) => async (args) => {
        const answer = await next(args);
        const { headers } = answer.response as { headers: Readonly<Record<string, string>> };
        sealed = headers[authorizationMessageHeader];
        return answer;
      },
      { step: 'deserialize', priority: 'low' },
    );
    await assert.rejects(iam.send(new GetUserCommand({ UserName: 'target' })), { name: 'AccessDenied' });
    assert.ok(sealed !== undefined);
    return sealed;
  }

  test('is decoded for the account and shows the condition that failed with the value it saw', async () => {
    const identity = [{ Sid: 'Vpn', ...when('IpAddress', 'aws:SourceIp', '10.0.0.0/8') }];
    const scenario: Scenario = { name: '', ask: getTarget, identity, decision: 'implicitDeny' };
    const [, credentials] = await createCaller(scenario, 80);
    const EncodedMessage = await deniedMessage(credentials);
    const { DecodedMessage = '' } = await service
      .sts(service.root)
      .send(new DecodeAuthorizationMessageCommand({ EncodedMessage }));
    const decoded = JSON.parse(DecodedMessage);
    assert.equal(decoded.allowed, false);
    assert.deepEqual(
      [decoded.context.principal.name, decoded.context.action, decoded.context.resource],
      ['caller-80', 'iam:GetUser', target],
    );
    const [{ policy, statementId, unmet }] = decoded.failures.items[0].nearMisses.items;
    assert.deepEqual([policy, statementId], ['Inline', 'Vpn']);
    const [{ element, operator, key, wanted, saw }] = unmet.items;
    assert.deepEqual([element, operator, key], ['Condition', 'IpAddress', 'aws:SourceIp']);
    assert.deepEqual(
      [wanted, saw],
      [{ items: [{ value: '10.0.0.0/8' }] }, { items: [{ value: '127.0.0.1' }] }],
    );
  });

  test('is opened and drawn by brevet explain', async () => {
    const identity = [{ Sid: 'Vpn', ...when('IpAddress', 'aws:SourceIp', '10.0.0.0/8') }];
    const scenario: Scenario = { name: '', ask: getTarget, identity, decision: 'implicitDeny' };
    const [arn, credentials] = await createCaller(scenario, 82);
    const { code, stdout, stderr } = await brevetExplain(await deniedMessage(credentials));
    assert.deepEqual([code, stderr], [0, '']);
    const [head, near, unmet] = stdout.split('\n');
    assert.equal(head, `denied: identity policies did not allow it: ${arn} iam:GetUser ${target}`);
    assert.equal(near, '├─ differs: Vpn of Inline');
    assert.match(
      unmet ?? '',
      /^│ {2}└─ IpAddress aws:SourceIp wants 10\.0\.0\.0\/8; the request has 127\.0\.0\.1 \(line 1, column \d+\)$/,
    );
  });

  test('is not decoded without the permission', async () => {
    const [, credentials] = await createCaller({ name: '', ask: getTarget, decision: 'implicitDeny' }, 81);
    const EncodedMessage = await deniedMessage(credentials);
    await assert.rejects(
      service.sts(credentials).send(new DecodeAuthorizationMessageCommand({ EncodedMessage })),
      {
        name: 'AccessDenied',
        message: `User: arn:aws:iam::${account}:user/caller-81 is not authorized to perform: sts:DecodeAuthorizationMessage because no identity-based policy allows the sts:DecodeAuthorizationMessage action`,
      },
    );
  });
});
