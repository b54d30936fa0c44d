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
import { type SamlFederation, startSamlFederation } from '../../test/saml-fixture.ts';
import { createSamlIssuer, encodeResponse } from '../../test/saml-issuer.ts';
import type { Credentials, StartedService } from '../../test/started-service.ts';
import { createPipeline, NoiseLimit } from './index.ts';

let federation: SamlFederation;
let service: StartedService;

before(async () => {
  federation = await startSamlFederation();
  service = federation.service;
});
after(() => service.stop());

/** Sends a request, and does something else while its intent is on the way to the disk. */
async function callWhile(
  meanwhile: () => Promise<unknown>,
  body: string,
  credentials: Credentials | undefined,
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
  const sent =
    credentials === undefined
      ? request
      : await signed(request, { credentials, now: service.now(), service: name });
  return send({ ...service, house: { ...service.house, handle } }, sent);
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

  test('a person whom an identity provider vouched for gets no role that meanwhile does not trust it, nor by keys that are gone', async () => {
    const { identity } = service.house;
    const role = await federation.addRole('changing');
    const found = identity.state.all('role').named(service.accountId, 'changing');
    const provider = identity.state.all('saml-provider').get(federation.providerArn);
    assert.ok(found);
    assert.ok(provider);
    const body = (): string =>
      new URLSearchParams({
        Action: 'AssumeRoleWithSAML',
        Version: '2011-06-15',
        RoleArn: role,
        PrincipalArn: federation.providerArn,
        SAMLAssertion: encodeResponse(federation.signed({ role })),
      }).toString();
    const untrusting = { ...found, trustPolicy: found.trustPolicy.replace('/idp"', '/other"') };
    const changed = { ...provider, metadata: createSamlIssuer().metadata };
    const { id } = provider;
    for (const [meanwhile, message] of [
      [
        () => identity.write(({ put }) => put('role', untrusting)),
        'Not authorized to perform sts:AssumeRoleWithSAML',
      ],
      [
        () => identity.write(({ delete: remove }) => remove('role', found.id)),
        'Not authorized to perform sts:AssumeRoleWithSAML',
      ],
      [
        () => identity.write(({ put }) => put('saml-provider', changed)),
        'Specified provider doesn&apos;t exist',
      ],
      [
        () => identity.write(({ delete: remove }) => remove('saml-provider', id)),
        'Specified provider doesn&apos;t exist',
      ],
    ] as const) {
      const reply = await callWhile(meanwhile, body(), undefined, 'sts');
      assert.ok(reply.body.replaceAll("'", '&apos;').includes(`<Message>${message}</Message>`), reply.body);
      await identity.write(({ put }) => {
        put('role', found);
        put('saml-provider', provider);
      });
    }
    assert.equal(identity.state.all('used-assertion').count(service.accountId), 0);
    const reply = await callWhile(() => Promise.resolve(), body(), undefined, 'sts');
    assert.equal(reply.status, 200, reply.body);
    assert.equal(identity.state.all('used-assertion').count(service.accountId), 1);
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
