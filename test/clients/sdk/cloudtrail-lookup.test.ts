import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  CloudTrailClient,
  LookupEventsCommand,
  type LookupEventsCommandInput,
  type LookupEventsCommandOutput,
} from '@aws-sdk/client-cloudtrail';
import { CreateUserCommand, DeleteUserCommand, GetUserCommand } from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
} from '@aws-sdk/client-sts';
import type { CloudTrailEvent } from '#core/audit';
import { openEventIndex } from '#stores/audit-log';
import { type AddedRole, type AddedUser, addAccount, addRole, addUser, allow } from '../../principals.ts';
import { type Credentials, credentialsOf, type StartedService, startService } from '../../started-service.ts';

const accountId = '111122223333';
const otherAccountId = '444455556666';

let service: StartedService;
let alice: AddedUser;
let auditor: AddedUser;
let theirRole: AddedRole;
let ownRole: AddedRole;
let theirAuditor: AddedUser;
const clients: CloudTrailClient[] = [];

before(async () => {
  service = await startService();
  await addAccount(service, otherAccountId);
  alice = await addUser(service, 'alice', { policy: allow('*') });
  auditor = await addUser(service, 'auditor', { policy: allow('cloudtrail:LookupEvents') });
  theirAuditor = await addUser(service, 'their-auditor', {
    account: otherAccountId,
    policy: allow('cloudtrail:LookupEvents'),
  });
  const trust = {
    principals: [`arn:aws:iam::${accountId}:root`],
    actions: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
  };
  theirRole = await addRole(service, 'theirs', trust, { account: otherAccountId, policy: allow('*') });
  ownRole = await addRole(service, 'own', trust, { policy: allow('*'), path: '/team/' });
});
after(async () => {
  for (const client of clients) client.destroy();
  await service.stop();
});

async function lookup(
  credentials: Credentials,
  input: LookupEventsCommandInput = {},
  region = 'us-east-1',
): Promise<LookupEventsCommandOutput> {
  // A credential is answered only when its record, and with it every earlier one, is on the disk.
  await service.sts(service.root).send(new GetSessionTokenCommand({}));
  const client = new CloudTrailClient({
    endpoint: service.endpoint,
    credentials,
    region,
    maxAttempts: 1,
    systemClockOffset: service.now() - Date.now(),
  });
  clients.push(client);
  return client.send(new LookupEventsCommand(input));
}

function by(AttributeKey: string, AttributeValue: string): LookupEventsCommandInput {
  return { LookupAttributes: [{ AttributeKey: AttributeKey as never, AttributeValue }] };
}

function eventsOf({ Events }: LookupEventsCommandOutput): readonly CloudTrailEvent[] {
  return (Events ?? []).map(({ CloudTrailEvent }) => JSON.parse(CloudTrailEvent ?? '') as CloudTrailEvent);
}

async function refused(answer: Promise<unknown>): Promise<readonly [string, string]> {
  const error: unknown = await answer.then(
    () => assert.fail('was answered'),
    (one: unknown) => one,
  );
  assert.ok(error instanceof Error);
  return [error.name, error.message];
}

describe('LookupEvents', () => {
  test('finds a role assumed across accounts in both, with who it was as far as each may know', async () => {
    const assumed = await service.sts(alice.credentials).send(
      new AssumeRoleCommand({
        RoleArn: theirRole.arn,
        RoleSessionName: 'visit',
        DurationSeconds: 900,
        SourceIdentity: 'alice@example.com',
        Tags: [{ Key: 'team', Value: 'blue' }],
        TransitiveTagKeys: ['team'],
      }),
    );
    const { AccessKeyId = '', SessionToken = '', SecretAccessKey = '' } = assumed.Credentials ?? {};
    const [own, ...more] = eventsOf(
      await lookup(auditor.credentials, by('AccessKeyId', alice.credentials.accessKeyId)),
    );
    assert.ok(own);
    assert.deepEqual(more, []);
    const [theirs] = eventsOf(await lookup(theirAuditor.credentials, by('ResourceName', theirRole.arn)));
    assert.ok(theirs);
    const { eventID, requestID, eventTime, userAgent, sharedEventID, tlsDetails, ...rest } = own;
    assert.equal(requestID, assumed.$metadata.requestId);
    assert.match(eventTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.match(userAgent, /^aws-sdk-js/);
    assert.match(sharedEventID ?? '', /^[0-9a-f-]{36}$/);
    assert.deepEqual(tlsDetails, { clientProvidedHostHeader: new URL(service.endpoint).host });
    assert.deepEqual(rest, {
      eventVersion: '1.08',
      userIdentity: {
        type: 'IAMUser',
        principalId: alice.user.id,
        arn: `arn:aws:iam::${accountId}:user/alice`,
        accountId,
        accessKeyId: alice.credentials.accessKeyId,
        userName: 'alice',
      },
      eventSource: 'sts.amazonaws.com',
      eventName: 'AssumeRole',
      awsRegion: 'us-east-1',
      sourceIPAddress: '127.0.0.1',
      requestParameters: {
        roleArn: theirRole.arn,
        roleSessionName: 'visit',
        durationSeconds: 900,
        sourceIdentity: 'alice@example.com',
        tags: [{ key: 'team', value: 'blue' }],
        transitiveTagKeys: ['team'],
      },
      responseElements: {
        credentials: {
          accessKeyId: AccessKeyId,
          sessionToken: 'HIDDEN_DUE_TO_SECURITY_REASONS',
          expiration: assumed.Credentials?.Expiration?.toLocaleString('en-US', {
            timeZone: 'UTC',
            dateStyle: 'medium',
            timeStyle: 'medium',
          }).replaceAll('\u202f', ' '),
        },
        assumedRoleUser: {
          assumedRoleId: `${theirRole.role.id}:visit`,
          arn: `arn:aws:sts::${otherAccountId}:assumed-role/theirs/visit`,
        },
        packedPolicySize: assumed.PackedPolicySize,
        sourceIdentity: 'alice@example.com',
      },
      additionalEventData: {
        RequestDetails: { endpointType: 'regional', awsServingRegion: 'us-east-1' },
      },
      readOnly: true,
      resources: [{ accountId: otherAccountId, type: 'AWS::IAM::Role', ARN: theirRole.arn }],
      eventType: 'AwsApiCall',
      apiVersion: '2011-06-15',
      managementEvent: true,
      recipientAccountId: accountId,
      eventCategory: 'Management',
    });
    assert.deepEqual(theirs, {
      ...own,
      userIdentity: { type: 'AWSAccount', principalId: alice.user.id, accountId },
      eventID: theirs.eventID,
      recipientAccountId: otherAccountId,
    });
    assert.notEqual(theirs.eventID, eventID);
    for (const secret of [SessionToken, SecretAccessKey])
      assert.equal(JSON.stringify([own, theirs]).includes(secret), false);
    // The session can be found by its key and by its name.
    for (const [key, value] of [
      ['ResourceName', AccessKeyId],
      ['ResourceName', `${theirRole.role.id}:visit`],
      ['ResourceType', 'AWS::STS::AssumedRole'],
      ['EventId', theirs.eventID],
    ] as const)
      assert.deepEqual(eventsOf(await lookup(theirAuditor.credentials, by(key, value))), [theirs], value);
  });

  test('keeps the chain of identities: role to role, with source identity and incoming tags', async () => {
    const first = await service.sts(alice.credentials).send(
      new AssumeRoleCommand({
        RoleArn: ownRole.arn,
        RoleSessionName: 'first',
        SourceIdentity: 'alice',
        Tags: [{ Key: 'cost', Value: '42' }],
        TransitiveTagKeys: ['cost'],
      }),
    );
    const session = credentialsOf(first);
    await service
      .sts(session)
      .send(new AssumeRoleCommand({ RoleArn: theirRole.arn, RoleSessionName: 'second' }));
    const [own] = eventsOf(await lookup(auditor.credentials, by('Username', 'first')));
    assert.ok(own);
    const { creationDate, ...attributes } = own.userIdentity.sessionContext?.attributes ?? {};
    assert.match(creationDate ?? '', /^\d{4}-.*Z$/);
    assert.deepEqual(attributes, { mfaAuthenticated: 'false' });
    assert.deepEqual(own.userIdentity, {
      type: 'AssumedRole',
      principalId: `${ownRole.role.id}:first`,
      arn: `arn:aws:sts::${accountId}:assumed-role/own/first`,
      accountId,
      accessKeyId: session.accessKeyId,
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: ownRole.role.id,
          arn: `arn:aws:iam::${accountId}:role/team/own`,
          accountId,
          userName: 'own',
        },
        webIdFederationData: {},
        attributes: own.userIdentity.sessionContext?.attributes,
        sourceIdentity: 'alice',
      },
    });
    assert.deepEqual(own.requestParameters, {
      roleArn: theirRole.arn,
      roleSessionName: 'second',
      incomingTransitiveTags: { cost: '42' },
    });
    const theirs = eventsOf(await lookup(theirAuditor.credentials, by('EventName', 'AssumeRole')));
    assert.deepEqual(theirs[0]?.userIdentity, {
      type: 'AWSAccount',
      principalId: `${ownRole.role.id}:first`,
      accountId,
    });
    assert.equal(theirs[0]?.sharedEventID, own.sharedEventID);
  });

  test('finds a change, a denial and an error, as CloudTrail names them', async () => {
    const mallory = await addUser(service, 'mallory');
    const iam = service.iam(alice.credentials);
    await iam.send(new CreateUserCommand({ UserName: 'temp', Path: '/x/' }));
    await iam.send(new DeleteUserCommand({ UserName: 'temp' }));
    await refused(iam.send(new GetUserCommand({ UserName: 'temp' })));
    await refused(service.iam(mallory.credentials).send(new DeleteUserCommand({ UserName: 'alice' })));
    const found = await lookup(auditor.credentials, by('ResourceName', 'temp'));
    assert.deepEqual(
      eventsOf(found).map(({ eventName, readOnly, errorCode, errorMessage }) => [
        eventName,
        readOnly,
        errorCode,
        errorMessage,
      ]),
      [
        ['GetUser', true, 'NoSuchEntityException', 'The user with name temp cannot be found.'],
        ['DeleteUser', false, undefined, undefined],
        ['CreateUser', false, undefined, undefined],
      ],
    );
    const [, deleted, created] = eventsOf(found);
    assert.equal(deleted?.responseElements, null);
    const { user } = (created?.responseElements ?? {}) as { user: Record<string, unknown> };
    assert.deepEqual(
      [user?.path, user?.userName, user?.arn],
      ['/x/', 'temp', `arn:aws:iam::${accountId}:user/x/temp`],
    );
    assert.match(String(user?.createDate), /^[A-Z][a-z]{2} \d{1,2}, \d{4}, \d{1,2}:\d\d:\d\d [AP]M$/);
    assert.deepEqual(
      found.Events?.map(({ ReadOnly, Username, EventSource, AccessKeyId }) => [
        ReadOnly,
        Username,
        EventSource,
        AccessKeyId,
      ]),
      [
        ['true', 'alice', 'iam.amazonaws.com', alice.credentials.accessKeyId],
        ['false', 'alice', 'iam.amazonaws.com', alice.credentials.accessKeyId],
        ['false', 'alice', 'iam.amazonaws.com', alice.credentials.accessKeyId],
      ],
    );
    const [denied] = eventsOf(await lookup(auditor.credentials, by('Username', 'mallory')));
    assert.equal(denied?.errorCode, 'AccessDenied');
    assert.match(denied?.errorMessage ?? '', /is not authorized to perform: iam:DeleteUser on resource/);
    assert.deepEqual(denied?.requestParameters, { userName: 'alice' });
  });

  test('says who a federated user and a root are', async () => {
    const federated = credentialsOf(
      await service
        .sts(alice.credentials)
        .send(new GetFederationTokenCommand({ Name: 'guest', Policy: allow('*') })),
    );
    await service.sts(federated).send(new GetCallerIdentityCommand({}));
    const [guest] = eventsOf(await lookup(auditor.credentials, by('Username', 'guest')));
    assert.deepEqual(guest?.userIdentity, {
      type: 'FederatedUser',
      principalId: `${accountId}:guest`,
      arn: `arn:aws:sts::${accountId}:federated-user/guest`,
      accountId,
      accessKeyId: federated.accessKeyId,
      sessionContext: {
        sessionIssuer: {
          type: 'IAMUser',
          principalId: alice.user.id,
          arn: `arn:aws:iam::${accountId}:user/alice`,
          accountId,
          userName: 'alice',
        },
        attributes: guest?.userIdentity.sessionContext?.attributes,
      },
    });
    assert.equal(guest?.responseElements, null);
    const [root] = eventsOf(await lookup(auditor.credentials, by('Username', 'root')));
    assert.deepEqual(root?.userIdentity, {
      type: 'Root',
      principalId: accountId,
      arn: `arn:aws:iam::${accountId}:root`,
      accountId,
      accessKeyId: service.root.accessKeyId,
    });
  });

  test('pages through everything, newest first, without gap or repetition', async () => {
    const all = await lookup(auditor.credentials);
    const ids: (string | undefined)[] = [];
    const EndTime = all.Events?.[0]?.EventTime;
    assert.ok(EndTime);
    let token: string | undefined;
    do {
      const page = await lookup(auditor.credentials, {
        EndTime,
        MaxResults: 3,
        ...(token === undefined ? {} : { NextToken: token }),
      });
      assert.ok((page.Events?.length ?? 0) <= 3);
      ids.push(...(page.Events ?? []).map(({ EventId }) => EventId));
      token = page.NextToken;
    } while (token !== undefined);
    assert.equal(new Set(ids).size, ids.length);
    assert.deepEqual(
      (all.Events ?? []).map(({ EventId }) => EventId).filter((id) => !ids.includes(id)),
      [],
    );
    const times = (all.Events ?? []).map(({ EventTime }) => EventTime?.getTime() ?? 0);
    assert.deepEqual(
      times,
      times.toSorted((left, right) => right - left),
    );
  });

  test('tells an account nothing of another, and a Region nothing of another', async () => {
    for (const key of ['EventSource', 'EventName'] as const) {
      const value = key === 'EventSource' ? 'iam.amazonaws.com' : 'DeleteUser';
      assert.deepEqual((await lookup(theirAuditor.credentials, by(key, value))).Events, []);
    }
    await service.sts(alice.credentials, 'eu-west-1').send(new GetCallerIdentityCommand({}));
    const there = eventsOf(
      await lookup(auditor.credentials, by('EventName', 'GetCallerIdentity'), 'eu-west-1'),
    );
    assert.deepEqual(
      there.map(({ awsRegion, additionalEventData }) => [awsRegion, additionalEventData]),
      [['eu-west-1', { RequestDetails: { endpointType: 'regional', awsServingRegion: 'eu-west-1' } }]],
    );
  });

  test('needs the permission', async () => {
    const nobody = await addUser(service, 'nobody');
    const [name, message] = await refused(lookup(nobody.credentials));
    assert.equal(name, 'AccessDeniedException');
    assert.match(message, /is not authorized to perform: cloudtrail:LookupEvents/);
  });

  const wrong: Readonly<Record<string, readonly [LookupEventsCommandInput, string, string]>> = {
    'too many results': [
      { MaxResults: 51 },
      'InvalidMaxResultsException',
      'Max results must be between 1 and 50.',
    ],
    'no results': [{ MaxResults: 0 }, 'InvalidMaxResultsException', 'Max results must be between 1 and 50.'],
    'two attributes': [
      {
        LookupAttributes: [
          { AttributeKey: 'EventName', AttributeValue: 'a' },
          { AttributeKey: 'Username', AttributeValue: 'b' },
        ],
      },
      'InvalidLookupAttributesException',
      'Only one lookup attribute may be specified.',
    ],
    'an attribute that is none': [
      by('Colour', 'red'),
      'InvalidLookupAttributesException',
      'Colour is not a lookup attribute.',
    ],
    'a value that is too long once some of it counts twice': [
      by('Username', '_'.repeat(1001)),
      'InvalidLookupAttributesException',
      'The value of a lookup attribute must have 1 to 2000 characters.',
    ],
    'an empty value': [
      by('Username', ''),
      'InvalidLookupAttributesException',
      'The value of a lookup attribute must have 1 to 2000 characters.',
    ],
    'an end before the start': [
      { StartTime: new Date(2_000), EndTime: new Date(1_000) },
      'InvalidTimeRangeException',
      'The start time must not be after the end time.',
    ],
    'a category that is none': [
      { EventCategory: 'data' as never },
      'InvalidEventCategoryException',
      'The event category is not valid. The valid value is insight.',
    ],
    'a token that was not handed out': [
      { NextToken: 'bm9uc2Vuc2U=' },
      'InvalidNextTokenException',
      'The NextToken is not valid for this request.',
    ],
  };
  for (const [name, [input, code, text]] of Object.entries(wrong)) {
    test(`refuses ${name}`, async () => {
      assert.deepEqual(await refused(lookup(auditor.credentials, input)), [code, text]);
    });
  }

  test('takes values up to their limit, and finds no Insights events', async () => {
    assert.deepEqual((await lookup(auditor.credentials, by('Username', '_'.repeat(1000)))).Events, []);
    assert.deepEqual((await lookup(auditor.credentials, { EventCategory: 'insight' })).Events, []);
  });

  test('does not take the token of another request', async () => {
    const { NextToken } = await lookup(auditor.credentials, { MaxResults: 1 });
    assert.ok(NextToken);
    for (const [credentials, input] of [
      [auditor.credentials, by('EventName', 'AssumeRole')],
      [theirAuditor.credentials, {}],
    ] as const)
      assert.deepEqual(await refused(lookup(credentials, { ...input, NextToken })), [
        'InvalidNextTokenException',
        'The NextToken is not valid for this request.',
      ]);
  });

  test('says the same from an index that was made anew', async () => {
    const before = await lookup(auditor.credentials, by('EventName', 'CreateUser'));
    const file = join(service.dataDirectory, 'other-index.db');
    const index = openEventIndex({
      directory: join(service.dataDirectory, 'audit'),
      file,
      oldest: () => Math.floor(service.now() / 1000) - 86_400,
    });
    const found = await index.find({
      account: accountId,
      region: 'us-east-1',
      from: 0,
      to: Math.floor(service.now() / 1000),
      attribute: { key: 'EventName', value: 'CreateUser' },
      before: undefined,
      limit: 50,
    });
    await index.close();
    await rm(file);
    assert.deepEqual(
      found.map(({ event }) => event),
      eventsOf(before),
    );
    assert.equal(found.length, 1);
  });

  test('looks back ninety days', async () => {
    service.clockAheadMs = 91 * 86_400_000;
    try {
      assert.deepEqual((await lookup(auditor.credentials, by('EventName', 'DeleteUser'))).Events, []);
    } finally {
      service.clockAheadMs = 0;
    }
  });
});
