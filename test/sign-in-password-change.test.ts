import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { addPerson, mayLogIn, type Person, Program, password, signedIn } from './people-fixture.ts';
import { allow } from './principals.ts';
import { type StartedService, startService } from './started-service.ts';

const json = { accept: 'application/json' };
const another = 'another Password 2';
const mayChange = allow('signin:AuthorizeOAuth2Access', 'signin:CreateOAuth2Token', 'iam:ChangePassword');
const mustChange = {
  error: 'PASSWORD_CHANGE_REQUIRED',
  message: 'The password has to be changed before it is good for anything else.',
};

let service: StartedService;

before(async () => {
  service = await startService();
  service.stoppedAt = Date.now();
});
after(() => service.stop());

async function submit(person: Person, form: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const mfa = person.mfaCode === undefined ? {} : { mfa_code: person.mfaCode() };
  const { status, text } = await new Program(service).submit(
    { username: person.user.name, ...mfa, ...form },
    json,
  );
  return status === 303 ? status : [status, JSON.parse(text)];
}

function refused(status: number, message: string, error = 'INVALID_REQUEST'): unknown {
  return [status, { error, message }];
}

describe('who has to change the password', () => {
  test('can do so with an MFA code that is used once, is signed in by it, and only with the new one after that', async () => {
    const ada = await addPerson(service, 'ada', { policy: mayChange, mustChange: true, hasDevice: true });
    assert.deepEqual(await submit(ada), [403, mustChange]);
    assert.equal(await submit(ada, { new_password: another }), 303);
    service.stoppedAt = service.now() + 30_000;
    assert.deepEqual(
      await submit(ada),
      refused(403, 'Your authentication information is incorrect. Please try again.'),
    );
    assert.equal(await submit(ada, { password: another }), 303);
    const profile = service.house.identity.state.all('login-profile').get(ada.user.id);
    assert.equal(profile?.resetRequired, false);
  });

  test('gets credentials for the code that came with it', async () => {
    const bea = await addPerson(service, 'bea', { policy: mayChange, mustChange: true });
    const program = new Program(service);
    const { status } = await program.redeem(await program.code(bea, { new_password: another }));
    assert.equal(status, 200);
  });

  test('needs the present password, and permission', async () => {
    const cem = await addPerson(service, 'cem', { mustChange: true });
    assert.deepEqual(
      await submit(cem, { password: 'wrong', new_password: another }),
      refused(403, 'Your authentication information is incorrect. Please try again.'),
    );
    assert.deepEqual(
      await submit(cem, { new_password: another }),
      refused(
        403,
        'User: arn:aws:iam::111122223333:user/cem is not authorized to perform: iam:ChangePassword on resource: arn:aws:iam::111122223333:user/cem because no identity-based policy allows the iam:ChangePassword action',
        'INSUFFICIENT_PERMISSIONS',
      ),
    );
    assert.deepEqual(await submit(cem), [403, mustChange]);
  });

  test('cannot take the same again, nor one that the account does not allow', async () => {
    const dan = await addPerson(service, 'dan', { policy: mayChange, mustChange: true });
    assert.deepEqual(
      await submit(dan, { new_password: password }),
      refused(400, 'The new password must be another than the present one.'),
    );
    assert.deepEqual(
      await submit(dan, { new_password: 'short' }),
      refused(400, 'Password should have a minimum length of 8'),
    );
    assert.deepEqual(
      await submit(dan, { new_password: 'a'.repeat(129) }),
      refused(400, 'new_password must be 1 to 128 characters that a password can have.'),
    );
    const page = await new Program(service).submit({ username: 'dan', new_password: 'short' });
    assert.match(page.text, /Password should have a minimum length of 8/);
    assert.match(page.text, /<input name="new_password" type="password"/);
    assert.deepEqual(await submit(dan), [403, mustChange]);
  });

  test('is also who has one that is too old, unless only an administrator may reset it then', async () => {
    const eva = await addPerson(service, 'eva', { policy: mayChange });
    const policy = (hardExpiry: boolean): Promise<void> =>
      service.house.identity.write(({ state, put }) => {
        const account = state.all('account').get(service.accountId);
        assert.ok(account !== undefined);
        const passwordPolicy = {
          ...{ minimumLength: 8, requireSymbols: false, requireNumbers: false, maxAgeDays: 1, hardExpiry },
          ...{ requireUppercase: false, requireLowercase: false, allowUsersToChange: true },
        };
        put('account', { ...account, passwordPolicy });
      });
    await policy(true);
    const { program, tokens } = await signedIn(service, eva);
    service.stoppedAt = service.now() + 86_400_000;
    assert.deepEqual(await submit(eva), [403, mustChange]);
    assert.deepEqual(
      await submit(eva, { new_password: another }),
      refused(
        403,
        'The password has expired and can only be reset by an administrator.',
        'INSUFFICIENT_PERMISSIONS',
      ),
    );
    await policy(false);
    assert.equal(await submit(eva, { new_password: another }), 303);
    assert.equal(tokens.expiresIn, 900);
    assert.equal(program.state.length, 36);
  });
});

test('a session ends with the password that has become too old, in words that clients know', async () => {
  const fay = await addPerson(service, 'fay', { policy: mayLogIn });
  const { program, tokens } = await signedIn(service, fay);
  const profiles = service.house.identity.state.all('login-profile');
  const profile = profiles.get(fay.user.id);
  assert.ok(profile !== undefined);
  await service.house.identity.write(({ put }) => put('login-profile', { ...profile, resetRequired: true }));
  const { status, error } = await program.refresh(tokens.refreshToken);
  assert.deepEqual([status, error], [403, { ...mustChange, error: 'USER_CREDENTIALS_CHANGED' }]);
});
