import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { AccountId, UniqueId } from '#core/identifiers';
import { createTokenKey } from '#core/session-token';
import { totpCode, totpStep } from '#core/totp';
import { iam } from '#services/iam';
import { type Call, GuessLimit, type Operation, type Unsupported } from '#services/operation';
import { sts } from '#services/sts';
import {
  type AccountDocument,
  type IdentityStore,
  type MfaDeviceDocument,
  openIdentityStore,
  type RoleDocument,
  type UserDocument,
} from '#stores/identity';
import { createSecretBox } from '#stores/keyring';
import { absentPorts } from '../absent-ports.ts';
import { isFault } from '../organization-fixture.ts';
import { type DatabaseSource, sources } from './identity-databases.ts';

const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const step = totpStep(now);
const seed = randomBytes(40);
const serial = 'arn:aws:iam::111122223333:mfa/phone';
const box = createSecretBox(createSecretKey(randomBytes(32)), randomBytes);
const tokenKey = createTokenKey('00000001', randomBytes(32));

const account: AccountDocument = {
  id: '111122223333' as AccountId,
  name: 'management',
  email: 'root@example.com',
  createdAt: 0,
};
const lists = { inlinePolicies: {}, attachedPolicies: [], tags: [] };
const place = { account: account.id, path: '/', createdAt: 0, ...lists };
const bob: UserDocument = { ...place, id: 'AIDABOB' as UniqueId, name: 'bob', groups: [] };
const eve: UserDocument = { ...place, id: 'AIDAEVE' as UniqueId, name: 'eve', groups: [] };
const role: RoleDocument = {
  ...place,
  id: 'AROAROLE' as UniqueId,
  name: 'role',
  maxSessionDurationSeconds: 3600,
  trustPolicy: '{"Version":"2012-10-17","Statement":[]}',
  trustedIds: {},
};
const free: MfaDeviceDocument = {
  id: serial,
  account: account.id,
  name: 'phone',
  path: '/',
  createdAt: 0,
  sealedSeed: box.seal(seed, `mfa-device:${serial}`),
  tags: [],
};
const held: MfaDeviceDocument = { ...free, owner: bob.id, enabledAt: 0, lastStep: step - 10, driftSteps: 0 };

/** One request of bob's in the process of that store: it looks at what that process knows, then runs. */
function request(store: IdentityStore, operation: Operation | Unsupported, input: object): Promise<unknown> {
  assert.ok('run' in operation);
  const call: Call = {
    state: store.state,
    caller: { kind: 'user', account, user: bob, accessKeyId: 'AKIABOB' },
    region: 'us-east-1',
    isGlobalEndpoint: false,
    issuerUrl: (id) => `https://issuers.example.com/${id}`,
    now,
    box,
    identity: store,
    random: randomBytes,
    tokenKey: () => tokenKey,
    guesses: new GuessLimit(),
    ...absentPorts,
    events: { find: () => Promise.resolve([]) },
    findTokenKey: (id) => (id === tokenKey.id ? tokenKey : undefined),
  };
  const loaded = operation.load(input, call);
  return Promise.resolve(operation.run(input, loaded, call));
}

const shown = { SerialNumber: serial, TokenCode: totpCode(seed, step) };
const pair = {
  SerialNumber: serial,
  AuthenticationCode1: totpCode(seed, step - 1),
  AuthenticationCode2: totpCode(seed, step),
};
const getSession = (store: IdentityStore) => request(store, sts.GetSessionToken, shown);
const assume = (store: IdentityStore) =>
  request(store, sts.AssumeRole, {
    RoleArn: 'arn:aws:iam::111122223333:role/role',
    RoleSessionName: 'session',
    ...shown,
  });
const resync = (store: IdentityStore) => request(store, iam.ResyncMFADevice, { UserName: 'bob', ...pair });
const enable = (store: IdentityStore, UserName: string) =>
  request(store, iam.EnableMFADevice, { UserName, ...pair });

const wrongCode = isFault(
  'AccessDenied',
  'MultiFactorAuthentication failed with invalid MFA one time pass code. ',
);
const wrongCodes = isFault('InvalidAuthenticationCode', 'Authentication code for device is not valid.');
const inUse = isFault('EntityAlreadyExists', 'MFA Device is already in use.');

/** Of the requests made at once exactly one is answered; the others are refused as expected. */
async function oneWins(
  requests: readonly Promise<unknown>[],
  refusals: readonly ((error: unknown) => boolean)[],
): Promise<void> {
  const outcomes = await Promise.allSettled(requests);
  const answered = outcomes.filter(({ status }) => status === 'fulfilled');
  assert.equal(answered.length, 1);
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.status === 'rejected') refusals[index]?.(outcome.reason);
  }
}

for (const [name, openSource] of Object.entries(sources)) {
  describe(`a code over two processes on ${name}`, () => {
    let source: DatabaseSource;
    let first: IdentityStore;
    let second: IdentityStore;
    before(async () => {
      source = await openSource();
    });
    after(() => source.stop());
    beforeEach(async () => {
      const database = await source.createDatabase();
      const open = async (): Promise<IdentityStore> =>
        openIdentityStore(await database.open(), (error) => {
          throw error;
        });
      first = await open();
      await first.write(({ put }) => {
        put('account', account);
        put('user', bob);
        put('user', eve);
        put('role', role);
        put('mfa-device', held);
      });
      second = await open();
    });
    afterEach(async () => {
      await Promise.all([first.close(), second.close()]);
    });

    test('gets one session, however many ask at once', async () => {
      const requests = [first, second, first, second].map(getSession);
      await oneWins(requests, [wrongCode, wrongCode, wrongCode, wrongCode]);
      assert.equal(first.state.all('mfa-device').get(serial)?.lastStep, step);
    });

    test('serves AssumeRole or GetSessionToken', async () => {
      await oneWins([assume(first), getSession(second)], [wrongCode, wrongCode]);
    });

    test('serves ResyncMFADevice or GetSessionToken', async () => {
      await oneWins([resync(first), getSession(second)], [wrongCodes, wrongCode]);
    });

    test('serves one ResyncMFADevice', async () => {
      await oneWins([resync(first), resync(second)], [wrongCodes, wrongCodes]);
    });

    test('gives a device to one user', async () => {
      await first.write(({ put }) => put('mfa-device', free));
      await second.refresh();
      await oneWins([enable(first, 'bob'), enable(second, 'eve')], [inUse, inUse]);
      await Promise.all([first.refresh(), second.refresh()]);
      const owner = first.state.all('mfa-device').get(serial)?.owner;
      assert.ok(owner === bob.id || owner === eve.id);
      assert.equal(second.state.all('mfa-device').get(serial)?.owner, owner);
    });
  });
}
