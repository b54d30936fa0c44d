import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import {
  DeletePodIdentityAssociationCommand,
  ListPodIdentityAssociationsCommand,
  UpdatePodIdentityAssociationCommand,
} from '@aws-sdk/client-eks';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  ListUsersCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  TagRoleCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { CloudTrailEvent } from '#core/audit';
import type { AccountId } from '#core/identifiers';
import {
  clusterArn,
  keysOf,
  type PodIdentityFixture,
  pod,
  podRoleArn,
  startPodIdentity,
} from './pod-identity-fixture.ts';
import type { Credentials } from './started-service.ts';
import { createIssuerKey } from './token-issuer.ts';

const hour = 3600;
let fixture: PodIdentityFixture;
let isPermitted = false;

before(async () => {
  fixture = await startPodIdentity();
});
after(() => fixture.stop());

beforeEach(() => fixture.addRole('pod'));
afterEach(async () => {
  const { service, eks } = fixture;
  const { associations = [] } = await eks().send(
    new ListPodIdentityAssociationsCommand({ clusterName: 'production' }),
  );
  for (const { associationId } of associations)
    await eks().send(new DeletePodIdentityAssociationCommand({ clusterName: 'production', associationId }));
  const iam = service.iam(service.root);
  if (isPermitted) await iam.send(new DeleteRolePolicyCommand({ RoleName: 'pod', PolicyName: 'p' }));
  isPermitted = false;
  await iam.send(new DeleteRoleCommand({ RoleName: 'pod' }));
});

async function permit(statement: object): Promise<void> {
  const { service } = fixture;
  await service.iam(service.root).send(
    new PutRolePolicyCommand({
      RoleName: 'pod',
      PolicyName: 'p',
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', ...statement } }),
    }),
  );
  isPermitted = true;
}

/** A role that trusts pods only under this condition. */
async function retrust(condition: object, actions?: readonly string[]): Promise<void> {
  const { service } = fixture;
  await service.iam(service.root).send(new DeleteRoleCommand({ RoleName: 'pod' }));
  await fixture.addRole('pod', { condition, ...(actions === undefined ? {} : { actions }) });
}

async function eventsOf(name: string): Promise<readonly CloudTrailEvent[]> {
  const { service } = fixture;
  // A change waits for the disk, and with it whatever was recorded before.
  await service.iam(service.root).send(new TagRoleCommand({ RoleName: 'pod', Tags: [] }));
  await service.house.events.feed();
  const found = await service.house.events.find({
    account: service.accountId as AccountId,
    region: 'us-east-1',
    from: 0,
    to: Math.ceil(Date.now() / 1000),
    attribute: { key: 'EventName', value: name },
    before: undefined,
    limit: 50,
  });
  return found.map(({ event }) => event);
}

describe('a pod whose service account has an association', () => {
  test('gets credentials of its role for six hours, in a session that is named after it', async () => {
    const associationId = await fixture.associate();
    const answer = await fixture.exchange(await fixture.token());
    const { credentials, assumedRoleUser, ...rest } = answer;
    assert.deepEqual(rest, {
      subject: { namespace: 'shop', serviceAccount: 'cart' },
      audience: 'pods.eks.amazonaws.com',
      podIdentityAssociation: {
        associationArn: `arn:aws:eks:us-east-1:111122223333:podidentityassociation/production/${associationId}`,
        associationId,
      },
    });
    assert.match(
      assumedRoleUser.arn,
      /^arn:aws:sts::111122223333:assumed-role\/pod\/eks-production-cart-6f9b9-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    );
    assert.match(assumedRoleUser.assumeRoleId, /^AROA[A-Z2-7]{17}:eks-production-cart-6f9b9-/);
    const seconds = credentials.expiration - Math.floor(Date.now() / 1000);
    assert.ok(seconds > 6 * hour - 60 && seconds <= 6 * hour, `${seconds}`);
    const { Arn } = await fixture.service.sts(keysOf(answer)).send(new GetCallerIdentityCommand({}));
    assert.equal(Arn, assumedRoleUser.arn);
  });

  test('is described to policies by six tags, which go on to the roles that it assumes', async () => {
    await fixture.associate();
    const tags = {
      'aws:PrincipalTag/eks-cluster-arn': clusterArn,
      'aws:PrincipalTag/eks-cluster-name': 'production',
      'aws:PrincipalTag/kubernetes-namespace': 'shop',
      'aws:PrincipalTag/kubernetes-service-account': 'cart',
      'aws:PrincipalTag/kubernetes-pod-name': pod.pod.name,
      'aws:PrincipalTag/kubernetes-pod-uid': pod.pod.uid,
    };
    await permit({ Action: 'iam:ListUsers', Resource: '*', Condition: { StringEquals: tags } });
    const iam = fixture.service.iam(keysOf(await fixture.exchange(await fixture.token())));
    await iam.send(new ListUsersCommand({}));
    await permit({
      Action: 'iam:ListUsers',
      Resource: '*',
      Condition: { StringEquals: { ...tags, 'aws:PrincipalTag/kubernetes-namespace': 'other' } },
    });
    await assert.rejects(iam.send(new ListUsersCommand({})), { name: 'AccessDenied' });
    const [event] = await eventsOf('AssumeRole');
    assert.ok(event);
    const { transitiveTagKeys } = event.requestParameters as { transitiveTagKeys: readonly string[] };
    assert.deepEqual(
      transitiveTagKeys,
      Object.keys(tags).map((key) => key.replace('aws:PrincipalTag/', '')),
    );
  });

  test('carries no tags when the association says so, and then may do no more than its policy', async () => {
    const policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 'sts:*', Resource: '*' },
    });
    await retrust({}, ['sts:AssumeRole']);
    await fixture.associate({ disableSessionTags: true, policy });
    await permit({ Action: '*', Resource: '*' });
    const session = keysOf(await fixture.exchange(await fixture.token()));
    await assert.rejects(fixture.service.iam(session).send(new ListUsersCommand({})), {
      name: 'AccessDenied',
      message: /because no session policy allows the iam:ListUsers action$/,
    });
    const [event] = await eventsOf('AssumeRole');
    assert.ok(event);
    assert.equal('tags' in (event.requestParameters as object), false);
  });

  test('gets the role that the association is changed to, and nothing once it is deleted', async () => {
    const associationId = await fixture.associate();
    await fixture.addRole('other');
    const which = { clusterName: 'production', associationId };
    await fixture
      .eks()
      .send(
        new UpdatePodIdentityAssociationCommand({ ...which, roleArn: podRoleArn.replace('pod', 'other') }),
      );
    const { assumedRoleUser } = await fixture.exchange(await fixture.token());
    assert.match(assumedRoleUser.arn, /:assumed-role\/other\//);
    await fixture.eks().send(new DeletePodIdentityAssociationCommand(which));
    const { service } = fixture;
    await service.iam(service.root).send(new DeleteRoleCommand({ RoleName: 'other' }));
    await assert.rejects(fixture.exchange(await fixture.token()), {
      name: 'ResourceNotFoundException',
      message: 'No pod identity association found for service account cart in namespace shop.',
    });
  });
});

describe('the record of a pod', () => {
  test('has the call of its node without the token, and the assumption by the service for pods', async () => {
    await fixture.associate();
    const token = await fixture.token();
    await fixture.exchange(token);
    const [call] = await eventsOf('AssumeRoleForPodIdentity');
    assert.deepEqual(
      {
        source: call?.eventSource,
        parameters: call?.requestParameters,
        elements: call?.responseElements,
        readOnly: call?.readOnly,
        by: call?.userIdentity.type,
      },
      {
        source: 'eks-auth.amazonaws.com',
        parameters: { clusterName: 'production', token: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
        elements: null,
        readOnly: true,
        by: 'Root',
      },
    );
    const [assumption] = await eventsOf('AssumeRole');
    assert.deepEqual(assumption?.userIdentity, { type: 'AWSService', invokedBy: 'pods.eks.amazonaws.com' });
    assert.equal(assumption.sourceIPAddress, 'pods.eks.amazonaws.com');
    assert.equal((assumption.requestParameters as { roleArn: string }).roleArn, podRoleArn);
  });

  test('says why the role was refused', async () => {
    await retrust({ StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'other' } });
    await fixture.associate();
    await assert.rejects(fixture.exchange(await fixture.token()));
    for (const name of ['AssumeRoleForPodIdentity', 'AssumeRole']) {
      const [event] = await eventsOf(name);
      assert.match(event?.errorCode ?? '', /^AccessDenied(Exception)?$/);
      assert.match(event?.errorMessage ?? '', /^User: pods\.eks\.amazonaws\.com is not authorized/);
    }
  });
});

describe('a role that a pod is to get', () => {
  const refused = {
    name: 'AccessDeniedException',
    message: `User: pods.eks.amazonaws.com is not authorized to perform: sts:AssumeRole on resource: ${podRoleArn}`,
  };

  for (const [what, condition] of [
    ['cluster', { ArnEquals: { 'aws:SourceArn': `${clusterArn}-2` } }],
    ['account', { StringEquals: { 'aws:SourceAccount': '999988887777' } }],
    ['namespace', { StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'other' } }],
    ['service account', { StringEquals: { 'aws:RequestTag/kubernetes-service-account': 'other' } }],
    ['cluster by its tag', { StringEquals: { 'aws:RequestTag/eks-cluster-arn': 'other' } }],
  ] as const) {
    test(`is withheld when it trusts pods of another ${what}`, async () => {
      await retrust(condition);
      await fixture.associate();
      await assert.rejects(fixture.exchange(await fixture.token()), refused);
    });
  }

  test('is given when it trusts exactly these pods', async () => {
    await retrust({
      ArnEquals: { 'aws:SourceArn': clusterArn },
      StringEquals: {
        'aws:SourceAccount': '111122223333',
        'aws:RequestTag/kubernetes-namespace': 'shop',
        'aws:RequestTag/kubernetes-service-account': 'cart',
        'aws:RequestTag/eks-cluster-arn': clusterArn,
      },
    });
    await fixture.associate();
    await fixture.exchange(await fixture.token());
  });

  test('is withheld when it does not let its sessions be tagged', async () => {
    await retrust({}, ['sts:AssumeRole']);
    await fixture.associate();
    await assert.rejects(fixture.exchange(await fixture.token()), {
      ...refused,
      message: refused.message.replace('sts:AssumeRole', 'sts:TagSession'),
    });
  });

  test('is withheld once it is gone, in the same words', async () => {
    await fixture.associate();
    const { service } = fixture;
    await service.iam(service.root).send(new DeleteRoleCommand({ RoleName: 'pod' }));
    await assert.rejects(fixture.exchange(await fixture.token()), refused);
    await fixture.addRole('pod');
  });
});

describe('a token that is not that of a pod of the cluster', () => {
  const now = (): number => Math.floor(Date.now() / 1000);

  for (const [what, claims, name, message] of [
    [
      'is for another audience',
      { aud: 'sts.amazonaws.com' },
      'InvalidTokenException',
      'Incorrect token audience',
    ],
    ['is for no audience', { aud: [] }, 'InvalidTokenException', 'Missing a required claim: aud'],
    [
      'names another issuer',
      { iss: 'https://oidc.example.com' },
      'InvalidTokenException',
      'The token was not issued by the cluster.',
    ],
    [
      'is not Kubernetes’',
      { 'kubernetes.io': undefined },
      'InvalidTokenException',
      'Missing a required claim: kubernetes.io',
    ],
    [
      'is bound to no pod',
      { 'kubernetes.io': { ...pod, pod: undefined } },
      'InvalidTokenException',
      'Missing a required claim: kubernetes.io/pod/name',
    ],
    [
      'has another service account as its subject',
      { sub: 'system:serviceaccount:shop:admin' },
      'InvalidTokenException',
      'The sub and kubernetes.io claims name two service accounts.',
    ],
    [
      'has a name that runs into another',
      {
        sub: 'system:serviceaccount:shop:cart:x',
        'kubernetes.io': { ...pod, serviceaccount: { name: 'cart:x' } },
      },
      'InvalidTokenException',
      'The kubernetes.io/serviceaccount/name claim is no name.',
    ],
    [
      'has a number for a namespace',
      { 'kubernetes.io': { ...pod, namespace: 7 } },
      'InvalidTokenException',
      'The kubernetes.io/namespace claim is no name.',
    ],
    ['has no end', { exp: undefined }, 'InvalidTokenException', 'Missing a required claim: exp'],
    [
      'is not valid yet',
      { nbf: 4_102_444_800, exp: 4_102_448_400 },
      'InvalidTokenException',
      /^Token is not valid before 4102444800; it is \d+ now\.$/,
    ],
  ] as const) {
    test(`is refused when it ${what}`, async () => {
      await fixture.associate();
      await assert.rejects(fixture.exchange(await fixture.token(claims)), { name, message });
    });
  }

  test('is refused when it is expired', async () => {
    await fixture.associate();
    const token = await fixture.token({ iat: now() - 3600, exp: 1_767_325_845 });
    await assert.rejects(fixture.exchange(token), {
      name: 'ExpiredTokenException',
      message:
        /^The token included in the request is expired: current date\/time \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z must be before the expiration date\/time 2026-01-02T03:50:45Z\.$/,
    });
  });

  test('is refused when another key signed it, and when it was changed', async () => {
    await fixture.associate();
    const stranger = await createIssuerKey('key-1');
    const message = 'The signature of the token was made by none of the keys of its provider.';
    const forged = await fixture.issuer.sign(
      { sub: 'system:serviceaccount:shop:cart', aud: 'pods.eks.amazonaws.com', 'kubernetes.io': pod },
      stranger,
    );
    await assert.rejects(fixture.exchange(forged), { name: 'InvalidTokenException', message });
    const [head = '', , signature = ''] = (await fixture.token()).split('.');
    const claims = {
      iss: fixture.issuer.url,
      sub: 'system:serviceaccount:shop:cart',
      aud: 'pods.eks.amazonaws.com',
    };
    const body = Buffer.from(JSON.stringify(claims)).toString('base64url');
    await assert.rejects(fixture.exchange(`${head}.${body}.${signature}`), {
      name: 'InvalidTokenException',
      message,
    });
  });

  test('is refused when it is no token', async () => {
    await fixture.associate();
    await assert.rejects(fixture.exchange('a.b.c'), {
      name: 'InvalidTokenException',
      message:
        'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
    });
    await assert.rejects(fixture.exchange('nonsense'), {
      name: 'InvalidParameterException',
      message:
        /^1 validation error detected: Value at 'token' failed to satisfy constraint: Member must satisfy regular expression pattern: /,
    });
  });

  test('is refused when it is of another cluster’s, whose name the settings do not have', async () => {
    await assert.rejects(fixture.exchange(await fixture.token(), fixture.service.root, 'staging'), {
      name: 'ResourceNotFoundException',
      message: 'No cluster found for name: staging.',
    });
  });
});

describe('a node that asks for a pod', () => {
  async function addNode(name: string, Resource: string): Promise<Credentials> {
    const { service } = fixture;
    const iam = service.iam(service.root);
    await iam.send(new CreateUserCommand({ UserName: name }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }));
    await iam.send(
      new PutUserPolicyCommand({
        UserName: name,
        PolicyName: 'p',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: { Effect: 'Allow', Action: 'eks-auth:AssumeRoleForPodIdentity', Resource },
        }),
      }),
    );
    return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
  }

  test('needs the permission for its cluster, and no other', async () => {
    await fixture.associate();
    const node = await addNode('node', clusterArn);
    await fixture.exchange(await fixture.token(), node);
    const stranger = await addNode('stranger', `${clusterArn}-2`);
    const before = fixture.issuer.requests;
    await assert.rejects(fixture.exchange(await fixture.token(), stranger), {
      name: 'AccessDeniedException',
      message: `User: arn:aws:iam::111122223333:user/stranger is not authorized to perform: eks-auth:AssumeRoleForPodIdentity on resource: ${clusterArn} because no identity-based policy allows the eks-auth:AssumeRoleForPodIdentity action`,
    });
    assert.equal(fixture.issuer.requests, before);
  });
});

describe('a cluster that cannot be reached', () => {
  test('does not keep its pods from credentials while its keys are known', async (t) => {
    await fixture.associate();
    await fixture.exchange(await fixture.token());
    t.after(() => {
      fixture.issuer.intercept = undefined;
    });
    fixture.issuer.intercept = (_request, response) => response.writeHead(503).end();
    await fixture.exchange(await fixture.token());
  });

  test('has its agents try again when its keys are not known', async (t) => {
    const away = await startPodIdentity();
    t.after(() => away.stop());
    away.issuer.intercept = (_request, response) => response.writeHead(503).end();
    await assert.rejects(away.exchange(await away.token()), {
      name: 'ServiceUnavailableException',
      message: 'The keys of the identity provider cannot be fetched: it answers with status 503.',
    });
  });

  test('is asked for its keys where the settings say, whatever its discovery document is', async (t) => {
    const keys = await startPodIdentity({ namesKeys: true });
    t.after(() => keys.stop());
    const asked: string[] = [];
    keys.issuer.intercept = ({ url = '' }, response) => {
      asked.push(url);
      response.end(JSON.stringify({ keys: keys.issuer.keys }));
    };
    await keys.addRole('pod');
    await keys.associate();
    await keys.exchange(await keys.token());
    assert.deepEqual(asked, ['/keys']);
  });
});
