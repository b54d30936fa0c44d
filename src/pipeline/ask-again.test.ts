import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { iam } from '#services/iam';
import { GuessLimit } from '#services/operation';
import { sts } from '#services/sts';
import type { AuditLog } from '#stores/audit-log';
import { absentPorts } from '../../test/absent-ports.ts';
import { addMfaDevice, addUser, allow } from '../../test/principals.ts';
import { type RawReply, rawRequest, send, signed } from '../../test/raw-request.ts';
import { type Credentials, type StartedService, startService } from '../../test/started-service.ts';
import { createPipeline, NoiseLimit } from './index.ts';

let service: StartedService;

before(async () => {
  service = await startService();
});
after(() => service.stop());

/** Sends a request, and does something else while its intent is on the way to the disk. */
async function callWhile(
  meanwhile: () => Promise<unknown>,
  body: string,
  credentials: Credentials,
  name: 'iam' | 'sts' = 'iam',
): Promise<RawReply> {
  const { identity, box, keyring, events } = service.house;
  const audit: AuditLog = {
    append: async (...given) => {
      if (given.some(({ phase }) => phase === 'intent')) await meanwhile();
    },
    appendLater: () => undefined,
    healthy: () => true,
    close: () => Promise.resolve(),
  };
  const handle = createPipeline({
    services: { iam, sts },
    guesses: new GuessLimit(),
    identity,
    box,
    keyring,
    audit,
    events,
    ...absentPorts,
    noise: new NoiseLimit(),
    clock: service.now,
    random: randomBytes,
    region: 'us-east-1',
    domain: undefined,
    issuerUrl: (id) => `https://issuers.example.com/${id}`,
    ownUrl: () => 'https://brevet.example.com',
    onAnswered: () => undefined,
  });
  const request = rawRequest({ body, headers: [['host', `${name}.amazonaws.com`]] });
  const signing = { credentials, now: service.now(), service: name };
  return send({ ...service, house: { ...service.house, handle } }, await signed(request, signing));
}

const onDevelopers = (...actions: readonly string[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: actions, Resource: 'arn:aws:iam::*:user/dev/*' }],
  });

describe('what is asked before a write is asked again in it', () => {
  test('a user who moved out of reach meanwhile is not changed', async () => {
    const { credentials } = await addUser(service, 'lead', { policy: onDevelopers('iam:CreateAccessKey') });
    const { user } = await addUser(service, 'moving', { path: '/dev/' });
    const reply = await callWhile(
      () => service.house.identity.write(({ put }) => put('user', { ...user, path: '/admin/' })),
      'Action=CreateAccessKey&Version=2010-05-08&UserName=moving',
      credentials,
    );
    assert.equal(reply.status, 403);
    assert.match(
      reply.body,
      /not authorized to perform: iam:CreateAccessKey on resource: arn:aws:iam::111122223333:user\/admin\/moving/,
    );
    assert.equal(service.house.identity.state.all('access-key').count(user.id), 1);
  });

  test('a name that passed to another user meanwhile does not lend them the answer', async () => {
    const policy = onDevelopers('iam:PutUserPolicy');
    const { credentials } = await addUser(service, 'editor', { policy });
    const { user } = await addUser(service, 'shared', { path: '/dev/' });
    const reply = await callWhile(
      async () => {
        await service.house.identity.write(({ put }) => put('user', { ...user, name: 'gone' }));
        await addUser(service, 'shared', { path: '/admin/' });
      },
      `Action=PutUserPolicy&Version=2010-05-08&UserName=shared&PolicyName=all&PolicyDocument=${encodeURIComponent(allow('*'))}`,
      credentials,
    );
    assert.equal(reply.status, 403);
    const { state } = service.house.identity;
    assert.deepEqual(state.all('user').named(user.account, 'shared')?.inlinePolicies, {});
    assert.deepEqual(state.all('user').named(user.account, 'gone')?.inlinePolicies, {});
  });

  test('a right that was taken away meanwhile is not used', async () => {
    const { user, credentials } = await addUser(service, 'demoted', { policy: allow('iam:CreateUser') });
    const reply = await callWhile(
      () => service.house.identity.write(({ put }) => put('user', { ...user, inlinePolicies: {} })),
      'Action=CreateUser&Version=2010-05-08&UserName=late',
      credentials,
    );
    assert.match(reply.body, /<Code>AccessDenied<\/Code>/);
    assert.equal(service.house.identity.state.all('user').named(user.account, 'late'), undefined);
  });

  test('a key that was deactivated meanwhile changes nothing any more', async () => {
    const { user, key, credentials } = await addUser(service, 'leaver', { policy: allow('iam:CreateUser') });
    const reply = await callWhile(
      () => service.house.identity.write(({ put }) => put('access-key', { ...key, status: 'Inactive' })),
      'Action=CreateUser&Version=2010-05-08&UserName=later',
      credentials,
    );
    assert.match(reply.body, /<Code>InvalidClientTokenId<\/Code>/);
    assert.equal(service.house.identity.state.all('user').named(user.account, 'later'), undefined);
  });

  test('what holds still is done, an MFA code included', async () => {
    const { user, credentials } = await addUser(service, 'steady');
    const device = await addMfaDevice(service, user);
    const reply = await callWhile(
      () => Promise.resolve(),
      `Action=GetSessionToken&Version=2011-06-15&SerialNumber=${encodeURIComponent(device.serial)}&TokenCode=${device.code()}`,
      credentials,
      'sts',
    );
    assert.equal(reply.status, 200, reply.body);
  });
});
