import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessKeyId, UniqueId } from '#core/identifiers';
import type { Answered } from '#pipeline';
import { iam } from '#services/iam';
import type { Caller } from '#services/operation';
import type { RoleDocument } from '#stores/identity';
import type { IamTypes } from '#wire/model';
import { openServiceFixture, type ServiceFixture } from '../../test/service-fixture.ts';
import { LastUsed } from './last-used.ts';

/** A request of that caller as the pipeline tells of it. */
function answered(caller: Caller, now: number, service: string | undefined = 'sts'): Answered {
  const authenticated = { caller, now, requestedRegion: 'eu-west-1' };
  return { authenticated, service } as Answered;
}

async function withKey(): Promise<{ fixture: ServiceFixture; id: AccessKeyId; caller: Caller }> {
  const fixture = await openServiceFixture();
  assert.ok('run' in iam.CreateAccessKey);
  const answer: IamTypes.CreateAccessKeyResponse = await fixture.call(iam.CreateAccessKey, {});
  const id = answer.AccessKey.AccessKeyId as AccessKeyId;
  return { fixture, id, caller: { ...fixture.root, accessKeyId: id } };
}

async function lastUsed(fixture: ServiceFixture, AccessKeyId: string): Promise<IamTypes.AccessKeyLastUsed> {
  assert.ok('run' in iam.GetAccessKeyLastUsed);
  const answer: IamTypes.GetAccessKeyLastUsedResponse = await fixture.call(iam.GetAccessKeyLastUsed, {
    AccessKeyId,
  });
  assert.ok(answer.AccessKeyLastUsed);
  return answer.AccessKeyLastUsed;
}

test('GetAccessKeyLastUsed tells the last use once it is flushed', async () => {
  const { fixture, id, caller } = await withKey();
  const uses = new LastUsed(fixture.identity);
  uses.note(answered(caller, 1000));
  uses.note(answered(caller, 2000, 'iam'));
  assert.deepEqual(await lastUsed(fixture, id), { ServiceName: 'N/A', Region: 'N/A' });
  await uses.flush();
  assert.deepEqual(await lastUsed(fixture, id), {
    LastUsedDate: 2000,
    ServiceName: 'iam',
    Region: 'eu-west-1',
  });
});

test('of two workers the later use stays, whichever writes last', async () => {
  const { fixture, id, caller } = await withKey();
  const [early, late] = [new LastUsed(fixture.identity), new LastUsed(fixture.identity)];
  early.note(answered(caller, 1000));
  late.note(answered(caller, 2000));
  await late.flush();
  await early.flush();
  assert.equal((await lastUsed(fixture, id)).LastUsedDate, 2000);
});

test('a use of a key that is gone is not kept', async () => {
  const { fixture, id, caller } = await withKey();
  const uses = new LastUsed(fixture.identity);
  uses.note(answered(caller, 1000));
  await fixture.identity.write((transaction) => transaction.delete('access-key', id));
  await uses.flush();
  assert.equal(fixture.identity.state.all('last-used').get(id), undefined);
});

test('a session of a role is a use of the role, and one of GetSessionToken of nothing', async () => {
  const { fixture, caller } = await withKey();
  const role: RoleDocument = {
    id: 'AROAROLE' as UniqueId,
    account: fixture.account.id,
    name: 'role',
    path: '/',
    createdAt: 0,
    inlinePolicies: {},
    attachedPolicies: [],
    tags: [],
    maxSessionDurationSeconds: 3600,
    trustPolicy: '{}',
    trustedIds: {},
  };
  await fixture.identity.write(({ put }) => put('role', role));
  const session = {} as NonNullable<Caller['session']>;
  const uses = new LastUsed(fixture.identity);
  uses.note(answered({ ...caller, kind: 'assumed-role', role, session } as Caller, 1000));
  uses.note(answered({ ...caller, session } as Caller, 1000));
  await uses.flush();
  assert.deepEqual(
    [...fixture.identity.state.all('last-used').values()].map(({ id }) => id),
    ['AROAROLE'],
  );
});

test('a request that proved nobody or reached no service is no use', async () => {
  const { fixture, caller } = await withKey();
  const uses = new LastUsed(fixture.identity);
  uses.note({ service: 'sts' } as Answered);
  uses.note({ ...answered(caller, 1000), service: undefined });
  await uses.flush();
  assert.deepEqual([...fixture.identity.state.all('last-used').values()], []);
});
