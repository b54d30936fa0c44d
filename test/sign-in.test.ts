import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ListUsersCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { addPerson, credentialsIn, mayLogIn, type Person, Program, signedIn } from './people-fixture.ts';
import { addRole } from './principals.ts';
import { type StartedService, startService } from './started-service.ts';

let service: StartedService;
let ada: Person;
let bob: Person;

before(async () => {
  service = await startService();
  service.stoppedAt = Date.now();
  ada = await addPerson(service, 'ada');
  bob = await addPerson(service, 'bob', {
    hasDevice: true,
    policy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'signin:*',
          Resource: 'arn:aws:signin:us-east-1:111122223333:oauth2/public-client/localhost',
        },
        {
          Effect: 'Allow',
          Action: 'iam:ListUsers',
          Resource: '*',
          Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
        },
      ],
    }),
  });
});
after(() => service.stop());

/** Codes of a device work once: the next one shows half a minute later. */
function later(ms = 30_000): void {
  service.stoppedAt = service.now() + ms;
}

const wrong = {
  error: 'INVALID_REQUEST',
  message: 'Your authentication information is incorrect. Please try again.',
};
const json = { accept: 'application/json' };

describe('the sign-in page', () => {
  test('asks for account, user, password and code, runs nothing and leads nowhere but to the program', async () => {
    const program = new Program(service);
    const answer = await program.get(`/v1/authorize?${new URLSearchParams(program.parameters())}`);
    assert.equal(answer.status, 200);
    assert.match(answer.text, /<input name="password" type="password"/);
    assert.match(answer.text, new RegExp(`name="state" value="${program.state}"`));
    assert.doesNotMatch(answer.text, /<script|src=|onload|href=/);
    const policy = answer.headers.get('content-security-policy') ?? '';
    assert.match(
      policy,
      /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]+'; form-action 'self' http:\/\/127\.0\.0\.1:53037; base-uri 'none'; frame-ancestors 'none'$/,
    );
    assert.equal(answer.headers.get('x-frame-options'), 'DENY');
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.equal(answer.headers.get('set-cookie'), null);
  });

  test('shows what was typed again, escaped, and never the password', async () => {
    const answer = await new Program(service).submit({ username: '"><script>x', password: 'my secret' });
    assert.equal(answer.status, 403);
    assert.match(answer.text, /value="&quot;&gt;&lt;script&gt;x"/);
    assert.match(answer.text, /Your authentication information is incorrect\. Please try again\./);
    assert.doesNotMatch(answer.text, /my secret/);
  });

  const elsewhere: Readonly<Record<string, readonly [parameters: Record<string, string>, problem: string]>> =
    {
      'another client': [
        { client_id: 'arn:aws:signin:::devtools/other' },
        'client_id must be one of the clients for developer tools.',
      ],
      'a redirect to another host': [
        { redirect_uri: 'http://example.com/oauth/callback' },
        'redirect_uri must be an address of 127.0.0.1, or this endpoint for another device.',
      ],
      'a redirect to a name': [
        { redirect_uri: 'http://localhost:53037/oauth/callback' },
        'redirect_uri must be an address of 127.0.0.1, or this endpoint for another device.',
      ],
      'a redirect of the other client': [
        { client_id: 'arn:aws:signin:::devtools/cross-device' },
        'redirect_uri must be an address of 127.0.0.1, or this endpoint for another device.',
      ],
      'another response type': [{ response_type: 'token' }, 'response_type must be code.'],
      'another scope': [{ scope: 'openid email' }, 'scope must be openid.'],
      'a plain challenge': [{ code_challenge_method: 'plain' }, 'code_challenge_method must be SHA-256.'],
      'no challenge': [
        { code_challenge: '' },
        'code_challenge must be the SHA-256 of a verifier, in base64url.',
      ],
      'a state of two lines': [{ state: 'a\nb' }, 'state must be 1 to 512 visible ASCII characters.'],
    };
  for (const [name, [changed, problem]] of Object.entries(elsewhere)) {
    test(`is not shown for ${name}, nor is anybody signed in or sent there`, async () => {
      const program = new Program(service);
      const query = new URLSearchParams({ ...program.parameters(), ...changed });
      const shown = await program.get(`/v1/authorize?${query}`);
      const sent = await program.submit({ username: 'ada', ...changed });
      for (const answer of [shown, sent]) {
        assert.equal(answer.status, 400);
        assert.equal(answer.headers.get('location'), null);
        assert.ok(answer.text.includes(`<p>${problem}</p>`), answer.text);
        assert.doesNotMatch(answer.text, /<form/);
      }
    });
  }

  test('takes no parameter twice', async () => {
    const program = new Program(service);
    const query = `${new URLSearchParams(program.parameters())}&redirect_uri=http://example.com`;
    const answer = await program.get(`/v1/authorize?${query}`);
    assert.equal(answer.status, 400);
    assert.match(answer.text, /The request has a parameter twice\./);
  });

  test('takes no form from a page of another site', async () => {
    const program = new Program(service);
    for (const headers of [
      { origin: 'http://example.com' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site', origin: service.endpoint },
      { 'sec-fetch-site': 'none' },
    ]) {
      const answer = await program.submit({ username: 'ada' }, headers);
      assert.equal(answer.status, 400);
      assert.match(answer.text, /The form was sent by a page of another site\./);
    }
    const own = await program.submit(
      { username: 'ada' },
      { origin: service.endpoint, 'sec-fetch-site': 'same-origin' },
    );
    assert.equal(own.status, 303);
  });

  test('is gone at other methods, and nothing else is taken for it', async () => {
    const put = await fetch(`${service.endpoint}/v1/authorize`, { method: 'PUT' });
    assert.deepEqual([put.status, put.headers.get('allow')], [405, 'GET, HEAD, POST']);
    const get = await fetch(`${service.endpoint}/v1/token`);
    assert.deepEqual([get.status, get.headers.get('allow')], [405, 'POST']);
    assert.equal((await fetch(`${service.endpoint}/v1/authorize/`)).status, 404);
  });
});

describe('a person who signs in', () => {
  test('gets a code by redirect, and their program credentials of theirs for it', async () => {
    const program = new Program(service);
    const answer = await program.submit({ username: 'ada' });
    assert.equal(answer.status, 303);
    const location = new URL(answer.headers.get('location') ?? '');
    assert.equal(`${location.origin}${location.pathname}`, 'http://127.0.0.1:53037/oauth/callback');
    assert.deepEqual([...location.searchParams.keys()], ['code', 'state']);
    assert.equal(location.searchParams.get('state'), program.state);
    const code = location.searchParams.get('code') ?? '';
    assert.ok(code.length <= 512);

    const { status, headers, tokens } = await program.redeem(code);
    assert.equal(status, 200);
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.deepEqual(Object.keys(tokens), [
      'accessToken',
      'tokenType',
      'expiresIn',
      'refreshToken',
      'idToken',
    ]);
    assert.deepEqual([tokens.tokenType, tokens.expiresIn], ['aws_sigv4', 900]);
    assert.ok(tokens.refreshToken.length <= 2048);
    const claims = JSON.parse(Buffer.from(tokens.idToken?.split('.')[1] ?? '', 'base64url').toString());
    const iat = Math.floor(service.now() / 1000);
    assert.deepEqual(claims, {
      iss: service.endpoint,
      sub: ada.arn,
      aud: 'arn:aws:signin:::devtools/same-device',
      iat,
      exp: iat + 900,
    });
    const who = await service.sts(credentialsIn(tokens)).send(new GetCallerIdentityCommand());
    assert.equal(who.Arn, ada.arn);
    const user = service.house.identity.state.all('user').get(ada.user.id);
    assert.equal(user?.passwordLastUsedAt, service.now());
  });

  test('may name the account by its alias', async () => {
    await service.house.identity.write(({ state, put }) => {
      const account = state.all('account').get(service.accountId);
      if (account !== undefined) put('account', { ...account, alias: 'acme' });
    });
    assert.equal((await new Program(service).submit({ username: 'ada', account: 'acme' })).status, 303);
  });

  test('has a session with no more rights than GetSessionToken gives', async () => {
    const { tokens } = await signedIn(service, ada);
    const { arn } = await addRole(service, 'deploy', { principals: [ada.arn] });
    const sts = service.sts(credentialsIn(tokens));
    await sts.send(new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'ada' }));
    await assert.rejects(sts.send(new GetSessionTokenCommand()), {
      name: 'AccessDenied',
      message: 'Cannot call GetSessionToken with session credentials',
    });
    await assert.rejects(service.iam(credentialsIn(tokens)).send(new ListUsersCommand()), {
      name: 'InvalidClientTokenId',
    });
  });

  test('with an MFA device has a session with MFA, and each code once', async () => {
    later();
    const code = bob.mfaCode?.() ?? '';
    const program = new Program(service);
    const { tokens } = await program.redeem(await program.code(bob));
    const users = await service.iam(credentialsIn(tokens)).send(new ListUsersCommand());
    assert.ok(users.Users?.some(({ UserName }) => UserName === 'bob'));
    const again = await new Program(service).submit({ username: 'bob', mfa_code: code }, json);
    assert.deepEqual([again.status, JSON.parse(again.text)], [403, wrong]);
  });

  test('signs in once of two at the same time with one MFA code', async () => {
    later();
    const attempts = [1, 2].map(() =>
      new Program(service).submit({ username: 'bob', mfa_code: bob.mfaCode?.() ?? '' }, json),
    );
    const statuses = (await Promise.all(attempts)).map(({ status }) => status);
    assert.deepEqual(statuses.sort(), [303, 403]);
  });

  test('on another device carries code and state to the program as one text', async () => {
    const program = new Program(service);
    const client = 'arn:aws:signin:::devtools/cross-device';
    const redirectUri = `${service.endpoint}/v1/sessions/confirmation`;
    const cross = await addPerson(service, 'cross');
    const answer = await program.submit({ username: 'cross', client_id: client, redirect_uri: redirectUri });
    const location = answer.headers.get('location') ?? '';
    assert.ok(location.startsWith(`${redirectUri}?code=`));
    const page = await program.get(location.slice(service.endpoint.length));
    const shown = /<code>([A-Za-z0-9+/=]+)<\/code>/.exec(page.text)?.[1] ?? '';
    const text = new URLSearchParams(Buffer.from(shown, 'base64').toString());
    assert.equal(text.get('state'), program.state);
    const given = { clientId: client, redirectUri };
    const { status, tokens } = await program.redeem(text.get('code') ?? '', given);
    assert.equal(status, 200);
    assert.equal(
      (await service.sts(credentialsIn(tokens)).send(new GetCallerIdentityCommand())).Arn,
      cross.arn,
    );
  });
});

describe('who is not let in', () => {
  test('gets one answer, whatever was wrong', async () => {
    later();
    const nobody = await addPerson(service, 'no-password');
    await service.house.identity.write(({ delete: remove }) => remove('login-profile', nobody.user.id));
    const code = bob.mfaCode?.() ?? '';
    const forms = [
      { username: 'ada', password: 'wrong' },
      { username: 'ADA' },
      { username: 'nobody' },
      { username: 'no-password' },
      { username: 'ada', account: '999988887777' },
      { username: 'ada', account: 'no-alias' },
      { username: 'ada', mfa_code: '123456' },
      { username: 'bob' },
      { username: 'bob', mfa_code: 'abcdef' },
      { username: 'bob', mfa_code: code, password: 'wrong' },
    ];
    for (const form of forms) {
      const { status, text, headers } = await new Program(service).submit(form, json);
      assert.deepEqual(
        [status, JSON.parse(text), headers.get('location')],
        [403, wrong, null],
        form.username,
      );
      assert.equal(headers.get('x-amzn-errortype'), 'AccessDeniedException');
    }
    // A code that came with a wrong password is not used up.
    assert.equal((await new Program(service).submit({ username: 'bob', mfa_code: code })).status, 303);
  });

  test('is refused after five wrong passwords, with the right one too, until half a minute has passed', async () => {
    const eve = await addPerson(service, 'eve');
    for (let guess = 1; guess <= 5; guess++)
      await new Program(service).submit({ username: 'eve', password: `wrong ${guess}` }, json);
    const { status, text } = await new Program(service).submit({ username: 'eve' }, json);
    assert.deepEqual([status, JSON.parse(text)], [403, wrong]);
    later();
    await new Program(service).code(eve);
  });

  test('guesses a password here and at ChangePassword with one limit, and an MFA code likewise', async () => {
    const ivy = await addPerson(service, 'ivy', { hasDevice: true });
    later();
    const guess = (): Promise<unknown> =>
      service.sts(ivy.credentials).send(
        new GetSessionTokenCommand({
          SerialNumber: `arn:aws:iam::111122223333:mfa/ivy`,
          TokenCode: '000000',
        }),
      );
    for (let round = 1; round <= 5; round++) await assert.rejects(guess(), { name: 'AccessDenied' });
    const { status } = await new Program(service).submit(
      { username: 'ivy', mfa_code: ivy.mfaCode?.() ?? '' },
      json,
    );
    assert.equal(status, 403);
    later();
    await new Program(service).code(ivy);
  });

  test('guesses MFA codes with the right password no longer than otherwise', async () => {
    const max = await addPerson(service, 'max', { hasDevice: true });
    for (let guess = 1; guess <= 5; guess++) {
      const { status } = await new Program(service).submit(
        { username: 'max', mfa_code: `00000${guess}` },
        json,
      );
      assert.equal(status, 403);
    }
    const right = await new Program(service).submit(
      { username: 'max', mfa_code: max.mfaCode?.() ?? '' },
      json,
    );
    assert.deepEqual([right.status, JSON.parse(right.text)], [403, wrong]);
    later();
    await new Program(service).code(max);
  });

  test('has to change a password that was given by somebody else, or is too old', async () => {
    const new_ = await addPerson(service, 'new');
    await service.house.identity.write(({ state, put }) => {
      const profile = state.all('login-profile').get(new_.user.id);
      if (profile !== undefined) put('login-profile', { ...profile, resetRequired: true });
    });
    const { status, text } = await new Program(service).submit({ username: 'new' }, json);
    assert.deepEqual(
      [status, JSON.parse(text).message],
      [403, 'The password has to be changed before it is good for anything else.'],
    );
    const page = await new Program(service).submit({ username: 'new' });
    assert.match(page.text, /<input name="new_password" type="password"/);
    const guessed = await new Program(service).submit({ username: 'new', password: 'wrong' }, json);
    assert.deepEqual(JSON.parse(guessed.text), wrong);
  });

  test('waits behind no more than 32 others', async () => {
    const nobody = { username: 'nobody', account: '999988887777' };
    const attempts = Array.from({ length: 40 }, () => new Program(service).submit(nobody, json));
    const answers = await Promise.all(attempts);
    const [refused] = answers.filter(({ status }) => status === 429);
    assert.deepEqual(JSON.parse(refused?.text ?? '{}'), {
      error: 'INVALID_REQUEST',
      message: 'Too many people are signing in. Try again later.',
    });
    assert.ok(answers.filter(({ status }) => status === 403).length >= 32);
  });

  test('by policy gets no code, and their program is told so', async () => {
    await addPerson(service, 'idle', {
      policy: mayLogIn.replace('signin:AuthorizeOAuth2Access', 'signin:Other'),
    });
    const program = new Program(service);
    const answer = await program.submit({ username: 'idle' });
    assert.equal(
      answer.headers.get('location'),
      `http://127.0.0.1:53037/oauth/callback?error=access_denied&state=${program.state}`,
    );
    const told = await program.submit({ username: 'idle' }, json);
    assert.deepEqual(
      [told.status, JSON.parse(told.text)],
      [
        403,
        {
          error: 'INSUFFICIENT_PERMISSIONS',
          message:
            'User: arn:aws:iam::111122223333:user/idle is not authorized to perform: signin:AuthorizeOAuth2Access on resource: arn:aws:signin:us-east-1:111122223333:oauth2/public-client/localhost because no identity-based policy allows the signin:AuthorizeOAuth2Access action',
        },
      ],
    );
  });

  test('sends more than a field can hold', async () => {
    const long = await new Program(service).submit({ username: 'ada', password: 'a'.repeat(129) }, json);
    assert.deepEqual(
      [long.status, JSON.parse(long.text)],
      [400, { error: 'INVALID_REQUEST', message: 'password must be 1 to 128 characters.' }],
    );
    const empty = await new Program(service).submit({ username: '' }, json);
    assert.equal(JSON.parse(empty.text).message, 'username must be 1 to 128 characters.');
    const huge = await new Program(service).submit({ username: 'ada', filler: 'a'.repeat(9000) }, json);
    assert.equal(JSON.parse(huge.text).message, 'The request is too long.');
  });
});
