import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { AccountId, UniqueId } from '#core/identifiers';
import type { Documents, GroupDocument, PolicyRecord, RoleDocument, UserDocument } from './documents.ts';
import { IdentityState, policyArn } from './state.ts';

const account = '111122223333' as AccountId;
const other = '444455556666' as AccountId;
const arn = 'arn:aws:iam::111122223333:policy/Read';
const managed = 'arn:aws:iam::aws:policy/ReadOnlyAccess';

let state: IdentityState;
beforeEach(() => {
  state = new IdentityState();
});

function user(name: string, more: Partial<UserDocument> = {}): UserDocument {
  const lists = { inlinePolicies: {}, attachedPolicies: [], tags: [], groups: [] };
  return { id: `AIDA${name}` as UniqueId, account, name, path: '/', createdAt: 0, ...lists, ...more };
}

function role(name: string, more: Partial<RoleDocument> = {}): RoleDocument {
  const { groups, ...rest } = user(name);
  const trust = { trustPolicy: '{}', trustedIds: {}, maxSessionDurationSeconds: 3600 };
  return { ...rest, id: `AROA${name}` as UniqueId, ...trust, ...more };
}

function group(name: string, more: Partial<GroupDocument> = {}): GroupDocument {
  const { groups, tags, ...rest } = user(name);
  return { ...rest, id: `AGPA${name}` as UniqueId, ...more };
}

function policy(name: string, more: Partial<PolicyRecord> = {}): PolicyRecord {
  return {
    id: `ANPA${name}` as UniqueId,
    account,
    name,
    path: '/',
    createdAt: 0,
    updatedAt: 0,
    versions: [],
    defaultVersion: 'v1',
    lastVersion: 1,
    tags: [],
    ...more,
  };
}

function putUser(document: UserDocument): void {
  state.apply('user', document.id, document);
}

describe('the identity state', () => {
  for (const kind of ['user', 'role', 'group', 'policy', 'instance-profile'] as const) {
    test(`finds the document of kind ${kind} by its name in the account, ignoring case`, () => {
      const document = { ...user('Alice'), ...role('Alice'), ...policy('Alice'), roles: [], groups: [] };
      state.apply(kind, document.id, document);
      assert.equal(state.all(kind).named(account, 'aLICE')?.id, document.id);
      assert.equal(state.all(kind).named(other, 'Alice'), undefined);
    });
  }

  test('finds access keys by id alone and lists them by owner', () => {
    const key = { id: 'AKIA1', account, owner: 'AIDA1', status: 'Active', createdAt: 0, sealedSecret: '' };
    state.apply('access-key', key.id, key as Documents['access-key']);
    assert.deepEqual(state.all('access-key').get('AKIA1'), key);
    assert.deepEqual(state.all('access-key').list('AIDA1'), [key]);
    assert.deepEqual(state.all('access-key').list(account), []);
  });

  test('finds an MFA device by owner once it has one', () => {
    const id = 'arn:aws:iam::111122223333:mfa/phone';
    const device = { id, account, name: 'phone', path: '/', createdAt: 0, sealedSeed: '', tags: [] };
    state.apply('mfa-device', id, device);
    assert.deepEqual(state.all('mfa-device').owned('AIDA1'), []);
    state.apply('mfa-device', id, { ...device, owner: 'AIDA1' });
    assert.deepEqual(
      state
        .all('mfa-device')
        .owned('AIDA1')
        .map((found) => found.id),
      [id],
    );
  });

  test('finds a customer policy by its exact ARN only', () => {
    const document = policy('Read', { path: '/team/a/' });
    state.apply('policy', document.id, document);
    const exact = 'arn:aws:iam::111122223333:policy/team/a/Read';
    assert.equal(policyArn(document), exact);
    assert.equal(state.policyByArn(exact)?.id, document.id);
    const wrong = [
      arn,
      exact.replace('Read', 'read'),
      exact.replace('/team/a/', '/team/b/'),
      exact.replace('/team/a/', '/team/A/'),
      exact.replace(account, other),
      exact.replace(account, 'aws'),
      exact.replace('policy', 'role'),
      exact.replace('aws:', 'aws-cn:'),
      `${exact}/`,
      `${exact}\n`,
      ` ${exact}`,
      'Read',
      '',
    ];
    for (const text of wrong) assert.equal(state.policyByArn(text), undefined, text);
  });

  test('counts what a policy is attached to, account by account', () => {
    const attachedPolicies = [arn, managed];
    putUser(user('a', { attachedPolicies }));
    state.apply('group', 'AGPAb', group('b', { attachedPolicies }));
    state.apply('role', 'AROAc', role('c', { attachedPolicies: [managed] }));
    state.apply(
      'role',
      'AROAd',
      role('d', { id: 'AROAd' as UniqueId, account: other, attachedPolicies: [managed] }),
    );
    assert.equal(state.attachmentCount(arn, account), 2);
    assert.equal(state.attachmentCount(managed, account), 3);
    assert.equal(state.attachmentCount(managed, other), 1);
    assert.equal(state.attachmentCount(arn, other), 0);
  });

  test('counts no attachment that was taken back', () => {
    putUser(user('a', { attachedPolicies: [arn] }));
    putUser(user('a', { attachedPolicies: [arn, managed] }));
    assert.equal(state.attachmentCount(arn, account), 1);
    putUser(user('a', { attachedPolicies: [managed] }));
    assert.equal(state.attachmentCount(arn, account), 0);
    state.apply('user', 'AIDAa', undefined);
    assert.equal(state.attachmentCount(managed, account), 0);
  });

  test('counts boundaries of users and roles apart from attachments', () => {
    putUser(user('a', { permissionsBoundary: arn }));
    state.apply('role', 'AROAb', role('b', { permissionsBoundary: arn }));
    assert.equal(state.boundaryCount(arn, account), 2);
    assert.equal(state.attachmentCount(arn, account), 0);
    putUser(user('a', { permissionsBoundary: managed }));
    state.apply('role', 'AROAb', undefined);
    assert.equal(state.boundaryCount(arn, account), 0);
    assert.equal(state.boundaryCount(managed, account), 1);
    assert.equal(state.boundaryCount(managed, other), 0);
  });

  test('lists the members of a group in order of name, ignoring case', () => {
    const groups = ['AGPAx' as UniqueId];
    for (const name of ['bob', 'Carol', 'alice', 'Dave']) putUser(user(name, { groups }));
    putUser(user('eve'));
    const names = (): string[] => state.usersInGroup('AGPAx').map((member) => member.name);
    assert.deepEqual(names(), ['alice', 'bob', 'Carol', 'Dave']);
    putUser(user('bob'));
    state.apply('user', 'AIDACarol', undefined);
    assert.deepEqual(names(), ['alice', 'Dave']);
    assert.deepEqual(state.usersInGroup('AGPAy'), []);
  });

  test('hands out members as they are now', () => {
    const groups = ['AGPAx' as UniqueId];
    putUser(user('a', { groups }));
    putUser(user('a', { groups, path: '/moved/' }));
    assert.deepEqual(
      state.usersInGroup('AGPAx').map((member) => member.path),
      ['/moved/'],
    );
  });

  test('keeps a copy of a document, and leaves what it handed out before as it was', () => {
    const given = { ...user('a') };
    putUser(given);
    const read = state.all('user').get('AIDAa');
    Object.assign(given, { name: 'changed' });
    assert.equal(state.all('user').get('AIDAa')?.name, 'a');
    const previous = state.apply('user', 'AIDAa', user('b', { id: 'AIDAa' as UniqueId }));
    assert.equal(previous, read);
    assert.equal(read?.name, 'a');
    assert.equal(state.all('user').get('AIDAa')?.name, 'b');
  });

  test('shares empty lists and objects among documents, which nobody can write into', () => {
    putUser(user('a'));
    putUser(user('b'));
    const [a, b] = [state.all('user').get('AIDAa'), state.all('user').get('AIDAb')];
    assert.ok(a !== undefined && b !== undefined);
    assert.deepEqual(a, user('a'));
    assert.equal(a.tags, b.groups);
    assert.equal(a.inlinePolicies, b.inlinePolicies);
    assert.throws(() => (a.tags as object[]).push({}), { name: 'TypeError' });
    assert.throws(() => Object.assign(a.inlinePolicies, { p: '{}' }), { name: 'TypeError' });
  });
});

describe('the identity state of an organization', () => {
  const place = { organization: 'o-1', name: 'unit', createdAt: 0, tags: [] };
  const member = {
    id: account,
    name: 'member',
    email: 'member@example.com',
    createdAt: 0,
    organization: { id: 'o-1', parent: 'r-1', joinedMethod: 'CREATED', joinedAt: 0, status: 'ACTIVE' },
  } as const;

  test('finds the accounts of a root or unit, also after a move', () => {
    state.apply('account', account, member);
    state.apply('account', other, {
      ...member,
      id: other,
      organization: { ...member.organization, parent: 'ou-1' },
    });
    assert.deepEqual(
      state
        .all('account')
        .owned('r-1')
        .map(({ id }) => id),
      [account],
    );
    state.apply('account', account, { ...member, organization: { ...member.organization, parent: 'ou-1' } });
    assert.deepEqual(state.all('account').owned('r-1'), []);
    assert.equal(state.all('account').owned('ou-1').length, 2);
    const { organization, ...alone } = member;
    state.apply('account', account, alone);
    assert.equal(state.all('account').owned('ou-1').length, 1);
  });

  test('finds units by what they are in and by their organization', () => {
    state.apply('organizational-unit', 'ou-1', { ...place, id: 'ou-1', parent: 'r-1' });
    state.apply('organizational-unit', 'ou-2', { ...place, id: 'ou-2', parent: 'ou-1' });
    const units = state.all('organizational-unit');
    assert.deepEqual(
      [units.list('r-1'), units.list('ou-1'), units.owned('o-1')].map((found) => found.map(({ id }) => id)),
      [['ou-1'], ['ou-2'], ['ou-1', 'ou-2']],
    );
  });

  test('finds attachments by target and by policy', () => {
    const attach = (target: string, policy: string): void => {
      const id = `${target}/${policy}`;
      state.apply('policy-attachment', id, {
        id,
        organization: 'o-1',
        target,
        policy,
        type: 'SERVICE_CONTROL_POLICY',
      });
    };
    attach('r-1', 'p-1');
    attach('r-1', 'p-2');
    attach('ou-1', 'p-1');
    const attachments = state.all('policy-attachment');
    assert.deepEqual(
      [attachments.list('r-1'), attachments.owned('p-1')].map((found) => found.map(({ id }) => id)),
      [
        ['r-1/p-1', 'r-1/p-2'],
        ['r-1/p-1', 'ou-1/p-1'],
      ],
    );
    state.apply('policy-attachment', 'r-1/p-1', undefined);
    assert.deepEqual(
      attachments.list('r-1').map(({ id }) => id),
      ['r-1/p-2'],
    );
  });
});
