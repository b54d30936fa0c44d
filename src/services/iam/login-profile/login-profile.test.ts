import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Caller, UserCaller } from '#services/operation';
import type { LoginProfileDocument, PasswordPolicy, UserDocument } from '#stores/identity';
import type { IamTypes } from '#wire/model';
import { isFault } from '../../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../../test/service-fixture.ts';
import { createUser } from '../user/create-user.ts';
import { changePassword } from './change-password.ts';
import { createLoginProfile } from './create-login-profile.ts';
import { deleteLoginProfile } from './delete-login-profile.ts';
import { getLoginProfile } from './get-login-profile.ts';
import { updateLoginProfile } from './update-login-profile.ts';

const account = '111122223333';
const dayMs = 86_400_000;
const first = 'Correct-Horse-1';
const violation = isFault(
  'PasswordPolicyViolation',
  'Password does not conform to the account password policy.',
);
const lax: PasswordPolicy = {
  minimumLength: 6,
  requireSymbols: false,
  requireNumbers: false,
  requireUppercase: false,
  requireLowercase: false,
  allowUsersToChange: false,
};

async function withBob(): Promise<ServiceFixture> {
  const fixture = await openServiceFixture();
  await fixture.call(createUser, { UserName: 'bob', Path: '/staff/' });
  return fixture;
}

async function withPassword(): Promise<ServiceFixture> {
  const fixture = await withBob();
  await fixture.call(createLoginProfile, { UserName: 'bob', Password: first });
  return fixture;
}

function bob(fixture: ServiceFixture): UserDocument {
  const found = fixture.identity.state.all('user').named(account, 'bob');
  assert.ok(found);
  return found;
}

/** Bob as a caller, with the account as it is now. */
function asBob(fixture: ServiceFixture): UserCaller {
  const now = fixture.identity.state.all('account').get(account);
  assert.ok(now);
  return { kind: 'user', account: now, user: bob(fixture), accessKeyId: 'AKIABOB' };
}

function asRoot(fixture: ServiceFixture): Caller {
  return { ...fixture.root, account: asBob(fixture).account };
}

function profile(fixture: ServiceFixture): LoginProfileDocument {
  const found = fixture.identity.state.all('login-profile').get(bob(fixture).id);
  assert.ok(found);
  return found;
}

async function setPolicy(fixture: ServiceFixture, change: Partial<PasswordPolicy>): Promise<void> {
  const passwordPolicy = { ...lax, ...change };
  await fixture.identity.write(({ put }) => put('account', { ...fixture.account, passwordPolicy }));
}

function change(fixture: ServiceFixture, OldPassword: string, NewPassword: string): Promise<void> {
  return fixture.call(changePassword, { OldPassword, NewPassword }, asBob(fixture));
}

function update(fixture: ServiceFixture, input: Partial<IamTypes.UpdateLoginProfileRequest>): Promise<void> {
  return fixture.call(updateLoginProfile, { UserName: 'bob', ...input }, asRoot(fixture));
}

test('CreateLoginProfile gives a password, and GetLoginProfile tells so', async () => {
  const fixture = await withBob();
  const input = { UserName: 'BOB', Password: first, PasswordResetRequired: true };
  const created: IamTypes.CreateLoginProfileResponse = await fixture.call(createLoginProfile, input);
  assert.deepEqual(created, {
    LoginProfile: { UserName: 'bob', CreateDate: fixture.now, PasswordResetRequired: true },
  });
  assert.deepEqual(await fixture.call(getLoginProfile, { UserName: 'bob' }), created);
  assert.deepEqual(await fixture.call(getLoginProfile, {}, asBob(fixture)), created);
});

test('the password is stored only as a sealed hash', async () => {
  const fixture = await withPassword();
  const stored = profile(fixture);
  assert.deepEqual(stored, {
    id: bob(fixture).id,
    account,
    createdAt: fixture.now,
    sealedHash: stored.sealedHash,
    previousSealedHashes: [],
    changedAt: fixture.now,
    resetRequired: false,
  });
  const sealed = Buffer.from(stored.sealedHash, 'base64').toString('latin1');
  assert.ok(!sealed.includes('scrypt') && !sealed.includes(first));
  await fixture.call(createUser, { UserName: 'eve' });
  await fixture.call(createLoginProfile, { UserName: 'eve', Password: first });
  const eve = fixture.identity.state.all('user').named(account, 'eve');
  assert.ok(eve);
  // A hash that is moved to another user opens nothing there.
  await fixture.identity.write(({ state, put }) => {
    const other = state.all('login-profile').get(eve.id);
    assert.ok(other);
    put('login-profile', { ...other, id: bob(fixture).id });
  });
  await assert.rejects(change(fixture, first, 'Battery-Staple-2'), { name: 'KeyringError' });
});

test('a user has one password', async () => {
  const fixture = await withPassword();
  await assert.rejects(
    fixture.call(createLoginProfile, { UserName: 'bob', Password: 'Battery-Staple-2' }),
    isFault('EntityAlreadyExists', 'Login Profile for user bob already exists.'),
  );
});

test('of two passwords given at once one stays, and the other is refused', async () => {
  const fixture = await withBob();
  const outcomes = await Promise.allSettled(
    [first, 'Battery-Staple-2'].map((Password) =>
      fixture.call(createLoginProfile, { UserName: 'bob', Password }),
    ),
  );
  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
});

test('a user who goes while the password is hashed gets none', async () => {
  const fixture = await withBob();
  const { id } = bob(fixture);
  const creating = fixture.call(createLoginProfile, { UserName: 'bob', Password: first });
  await fixture.identity.write((transaction) => transaction.delete('user', id));
  await assert.rejects(creating, isFault('NoSuchEntity', 'The user with name bob cannot be found.'));
  assert.equal(fixture.identity.state.all('login-profile').get(id), undefined);
});

test('user and password must be there', async () => {
  const fixture = await withBob();
  const nobody = isFault('NoSuchEntity', 'The user with name nobody cannot be found.');
  const none = isFault('NoSuchEntity', 'Login Profile for User bob cannot be found.');
  const input = { UserName: 'nobody', Password: first };
  for (const operation of [createLoginProfile, getLoginProfile, updateLoginProfile, deleteLoginProfile]) {
    await assert.rejects(fixture.call(operation, input), nobody);
  }
  for (const operation of [getLoginProfile, updateLoginProfile, deleteLoginProfile]) {
    await assert.rejects(fixture.call(operation, { UserName: 'bob', Password: first }), none);
  }
  await assert.rejects(change(fixture, first, 'Battery-Staple-2'), none);
  await assert.rejects(
    fixture.call(createLoginProfile, { UserName: 'bob' }),
    isFault(
      'ValidationError',
      "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must not be null",
    ),
  );
});

test('the root has no password', async () => {
  const fixture = await withBob();
  const refusal = isFault('ValidationError', 'Must specify userName when calling with root credentials');
  for (const operation of [createLoginProfile, getLoginProfile, deleteLoginProfile]) {
    await assert.rejects(fixture.call(operation, { Password: first }), refusal);
  }
  await assert.rejects(
    fixture.call(changePassword, { OldPassword: first, NewPassword: 'Battery-Staple-2' }),
    isFault('InvalidUserType', 'Only IAM Users can change their own password'),
  );
  const refused = changePassword.refuse?.(fixture.root);
  assert.equal(refused?.code, 'InvalidUserType');
  assert.equal(changePassword.refuse?.(asBob(fixture)), undefined);
});

test('DeleteLoginProfile takes the password away', async () => {
  const fixture = await withPassword();
  await fixture.call(deleteLoginProfile, { UserName: 'bob' });
  await assert.rejects(
    fixture.call(getLoginProfile, { UserName: 'bob' }),
    isFault('NoSuchEntity', 'Login Profile for User bob cannot be found.'),
  );
});

test('ChangePassword replaces the password by one whose owner knew the old', async () => {
  const fixture = await withPassword();
  await update(fixture, { PasswordResetRequired: true });
  fixture.now += 1000;
  await change(fixture, first, 'Battery-Staple-2');
  assert.equal(profile(fixture).changedAt, fixture.now);
  assert.equal(profile(fixture).resetRequired, false);
  const wrong = isFault('AccessDenied', 'The old password was incorrect.');
  await assert.rejects(change(fixture, first, 'Another-Word-3'), wrong);
  await change(fixture, 'Battery-Staple-2', 'Another-Word-3');
});

test('after five wrong old passwords the right one is not looked at for a while', async () => {
  const fixture = await withPassword();
  const wrong = isFault('AccessDenied', 'The old password was incorrect.');
  for (let guess = 0; guess < 5; guess++)
    await assert.rejects(change(fixture, `Wrong-Word-${guess}`, 'Battery-Staple-2'), wrong);
  await assert.rejects(change(fixture, first, 'Battery-Staple-2'), wrong);
  fixture.now += 30_000;
  await change(fixture, first, 'Battery-Staple-2');
});

test('guesses made at once are no more than guesses made one by one', async () => {
  const fixture = await withPassword();
  const guesses = Array.from({ length: 8 }, (_, index) => (index < 7 ? `Wrong-Word-${index}` : first));
  const outcomes = await Promise.allSettled(
    guesses.map((guess) => change(fixture, guess, 'Battery-Staple-2')),
  );
  assert.deepEqual(new Set(outcomes.map(({ status }) => status)), new Set(['rejected']));
});

test('of two changes at once one is made', async () => {
  const fixture = await withPassword();
  const outcomes = await Promise.allSettled([
    change(fixture, first, 'Battery-Staple-2'),
    change(fixture, first, 'Another-Word-3'),
  ]);
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  assert.equal(refused.length, 1);
  const conflict = isFault(
    'EntityTemporarilyUnmodifiable',
    'Login Profile for User bob cannot be modified while its password is being changed.',
  );
  conflict(refused[0]?.reason);
});

test('a password deleted while it is changed stays deleted', async () => {
  const fixture = await withPassword();
  const changing = change(fixture, first, 'Battery-Staple-2');
  await fixture.call(deleteLoginProfile, { UserName: 'bob' });
  await assert.rejects(changing, isFault('NoSuchEntity', 'Login Profile for User bob cannot be found.'));
});

test('UpdateLoginProfile resets the password, or only says that it must be changed', async () => {
  const fixture = await withPassword();
  const before = profile(fixture);
  await update(fixture, { PasswordResetRequired: true });
  assert.deepEqual(profile(fixture), { ...before, resetRequired: true });
  fixture.now += 1000;
  await update(fixture, { Password: 'Battery-Staple-2' });
  assert.equal(profile(fixture).resetRequired, true);
  assert.equal(profile(fixture).changedAt, fixture.now);
  await change(fixture, 'Battery-Staple-2', 'Another-Word-3');
});

test('without a policy a password has eight characters of three kinds and is no name of the account', async () => {
  const fixture = await withBob();
  const create = (Password: string) => fixture.call(createLoginProfile, { UserName: 'bob', Password });
  await assert.rejects(
    create('Aa1-567'),
    isFault('PasswordPolicyViolation', 'Password should have a minimum length of 8'),
  );
  await assert.rejects(create('lowercase1'), violation);
  await assert.rejects(create('LOWERCASE-'), violation);
  await assert.rejects(create('Management@example.com'), violation);
  await create('lowercase1-');
});

test('each rule of a policy refuses in its own words', async () => {
  const fixture = await withBob();
  const rules = [
    [{ minimumLength: 12 }, 'Aa1-5678901', 'Password should have a minimum length of 12'],
    [{ requireUppercase: true }, 'aa1-5678', 'Password should have at least one uppercase letter'],
    [{ requireLowercase: true }, 'AA1-5678', 'Password should have at least one lowercase letter'],
    [{ requireNumbers: true }, 'Aab-cdef', 'Password should have at least one number'],
    [{ requireSymbols: true }, 'Aa1 5678', 'Password should have at least one symbol'],
  ] as const;
  for (const [rule, Password, text] of rules) {
    const input = { UserName: 'bob', Password };
    await setPolicy(fixture, rule);
    const refusal = isFault('PasswordPolicyViolation', text);
    await assert.rejects(fixture.call(createLoginProfile, input, asRoot(fixture)), refusal);
    await setPolicy(fixture, {});
    await fixture.call(createLoginProfile, input, asRoot(fixture));
    await fixture.call(deleteLoginProfile, { UserName: 'bob' });
  }
});

test('the rules hold for UpdateLoginProfile and ChangePassword too', async () => {
  const fixture = await withPassword();
  const short = isFault('PasswordPolicyViolation', 'Password should have a minimum length of 8');
  await assert.rejects(update(fixture, { Password: 'short' }), short);
  await assert.rejects(change(fixture, first, 'short'), short);
});

test('a password comes back only after as many others as the policy says', async () => {
  const fixture = await withPassword();
  await setPolicy(fixture, { reusePrevention: 2 });
  await assert.rejects(change(fixture, first, first), violation);
  await change(fixture, first, 'second');
  await assert.rejects(change(fixture, 'second', first), violation);
  await assert.rejects(update(fixture, { Password: first }), violation);
  await change(fixture, 'second', 'third3');
  await change(fixture, 'third3', first);
});

test('without such a rule a password may come back, and twenty-three are remembered for a later one', async () => {
  const fixture = await withPassword();
  await change(fixture, first, first);
  const many = Array.from({ length: 30 }, (_, index) => `hash ${index}`);
  await fixture.identity.write(({ put }) =>
    put('login-profile', { ...profile(fixture), previousSealedHashes: many }),
  );
  const present = profile(fixture).sealedHash;
  await change(fixture, first, 'Battery-Staple-2');
  assert.deepEqual(profile(fixture).previousSealedHashes, [present, ...many.slice(0, 22)]);
});

test('a password past its age is changed by its owner, unless the policy leaves that to an administrator', async () => {
  const fixture = await withPassword();
  await setPolicy(fixture, { maxAgeDays: 1, hardExpiry: true });
  fixture.now += dayMs - 1;
  await change(fixture, first, 'second');
  fixture.now += dayMs;
  await assert.rejects(
    change(fixture, 'second', 'third3'),
    isFault('AccessDenied', 'The password has expired and can only be reset by an administrator.'),
  );
  await setPolicy(fixture, { maxAgeDays: 1 });
  await change(fixture, 'second', 'third3');
});

test('policy is asked about the user, and knows when the account lets users change their passwords', async () => {
  const fixture = await withPassword();
  const about = {
    CreateLoginProfile: createLoginProfile,
    GetLoginProfile: getLoginProfile,
    UpdateLoginProfile: updateLoginProfile,
    DeleteLoginProfile: deleteLoginProfile,
  };
  for (const [name, operation] of Object.entries(about)) {
    assert.deepEqual(fixture.questions(operation, { UserName: 'bob', Password: first }), [
      { action: `iam:${name}`, resource: `arn:aws:iam::${account}:user/staff/bob`, resourceTags: [] },
    ]);
    assert.deepEqual(fixture.questions(operation, { UserName: 'nobody', Password: first }), [
      { action: `iam:${name}`, resource: `arn:aws:iam::${account}:user/nobody` },
    ]);
  }
  const question = {
    action: 'iam:ChangePassword',
    resource: `arn:aws:iam::${account}:user/staff/bob`,
    resourceTags: [],
  };
  const asked = () => fixture.questions(changePassword, {}, asBob(fixture));
  assert.deepEqual(asked(), [{ ...question, allowedByAccount: false }]);
  await setPolicy(fixture, { allowUsersToChange: true });
  assert.deepEqual(asked(), [{ ...question, allowedByAccount: true }]);
});
