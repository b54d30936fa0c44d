import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { UpdateLoginProfileCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { addPerson, credentialsIn, mayLogIn, type Person, Program, signedIn } from './people-fixture.ts';
import { type StartedService, startService } from './started-service.ts';

let service: StartedService;
let ada: Person;

before(async () => {
  service = await startService();
  service.stoppedAt = Date.now();
  ada = await addPerson(service, 'ada');
});
after(() => service.stop());

function later(seconds: number): void {
  service.stoppedAt = service.now() + seconds * 1000;
}

const invalidGrant = {
  error: 'INVALID_REQUEST',
  message: 'The provided authorization grant is invalid, expired, revoked, or malformed',
};
const changed = {
  error: 'USER_CREDENTIALS_CHANGED',
  message: "The user's credentials have changed since the sign-in, or are gone. Sign in again.",
};
const over = { error: 'TOKEN_EXPIRED', message: 'The session has expired. Sign in again.' };

describe('a code', () => {
  test('is good once', async () => {
    const program = new Program(service);
    const code = await program.code(ada);
    assert.equal((await program.redeem(code)).status, 200);
    const { status, error, headers } = await program.redeem(code);
    assert.deepEqual([status, error], [400, invalidGrant]);
    assert.equal(headers.get('x-amzn-errortype'), 'ValidationException');
  });

  test('is good for one of two requests at the same time', async () => {
    const program = new Program(service);
    const code = await program.code(ada);
    const answers = await Promise.all([1, 2, 3].map(() => program.redeem(code)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400, 400]);
  });

  test('is good with its own verifier, redirect and client alone', async () => {
    const program = new Program(service);
    const code = await program.code(ada);
    const tampered = [
      { codeVerifier: randomBytes(32).toString('base64url') },
      { redirectUri: 'http://127.0.0.1:53038/oauth/callback' },
      { clientId: 'arn:aws:signin:::devtools/cross-device' },
      { code: `${code.slice(0, -1)}${code.endsWith('A') ? 'B' : 'A'}` },
      { code: 'none' },
    ];
    for (const change of tampered) {
      const { status, error } = await program.redeem(code, change);
      assert.deepEqual([status, error], [400, invalidGrant], Object.keys(change)[0]);
    }
    // Nothing of that has used it up.
    assert.equal((await program.redeem(code)).status, 200);
  });

  test('is good for five minutes', async () => {
    const program = new Program(service);
    const code = await program.code(ada);
    later(299);
    assert.equal((await program.redeem(code)).status, 200);
    const late = await program.code(ada);
    later(300);
    const { status, error, headers } = await program.redeem(late);
    assert.deepEqual(
      [status, error],
      [401, { error: 'AUTHCODE_EXPIRED', message: 'The authorization code has expired.' }],
    );
    assert.equal(headers.get('x-amzn-errortype'), 'AccessDeniedException');
  });

  test('is no refresh token, nor that a code, nor a session token either', async () => {
    const program = new Program(service);
    const code = await program.code(ada);
    assert.deepEqual((await program.refresh(code)).error, invalidGrant);
    const { tokens } = await program.redeem(code);
    assert.deepEqual((await program.refresh(tokens.accessToken.sessionToken)).error, invalidGrant);
    const { error } = await program.redeem(tokens.refreshToken.slice(0, 512));
    assert.deepEqual(error, invalidGrant);
  });

  test('comes with what its grant needs', async () => {
    const program = new Program(service);
    const code = await program.code(ada);
    const bodies: Readonly<Record<string, object>> = {
      'The request needs codeVerifier.': { codeVerifier: undefined },
      'The request needs redirectUri.': { redirectUri: undefined },
      'The request needs code.': { code: undefined },
      'The request needs refreshToken.': { grantType: 'refresh_token' },
      'The request needs grantType refresh_token.': { refreshToken: 'token' },
    };
    for (const [message, change] of Object.entries(bodies)) {
      const { status, error } = await program.redeem(code, change);
      assert.deepEqual([status, error], [400, { error: 'INVALID_REQUEST', message }]);
    }
    const violation =
      "1 validation error detected: Value 'password' at 'tokenInput.grantType' failed to satisfy constraint: Member must satisfy regular expression pattern: (authorization_code|refresh_token)";
    assert.deepEqual((await program.redeem(code, { grantType: 'password' })).error.message, violation);
    const short = await program.redeem(code, { codeVerifier: 'short-verifier' });
    assert.doesNotMatch(short.text, /short-verifier/);
    assert.equal(short.status, 400);
    const list = await program.token([]);
    assert.deepEqual(
      [list.status, list.error],
      [400, { error: 'INVALID_REQUEST', message: 'The request body must be a JSON object.' }],
    );
  });
});

describe('a proof', () => {
  test('is needed, once', async () => {
    const program = new Program(service);
    const code = await program.code(ada);
    const needed = { error: 'INVALID_REQUEST', message: 'The request needs one DPoP header.' };
    const without = await fetch(`${service.endpoint}/v1/token`, {
      method: 'POST',
      body: JSON.stringify({
        clientId: 'arn:aws:signin:::devtools/same-device',
        grantType: 'authorization_code',
        code,
      }),
    });
    assert.deepEqual([without.status, await without.json()], [400, needed]);
    const body = JSON.stringify({ clientId: 'x', grantType: 'refresh_token' });
    const twice = httpRequest(`${service.endpoint}/v1/token`, {
      method: 'POST',
      headers: { dpop: [program.proof(), program.proof()] },
    });
    twice.end(body.replace('"x"', '"arn:aws:signin:::devtools/same-device"'));
    const [response] = (await once(twice, 'response')) as [IncomingMessage];
    assert.deepEqual([response.statusCode, JSON.parse(await readText(response))], [400, needed]);
    assert.equal((await program.redeem(code)).status, 200);
  });

  test('is good once, whatever it comes with', async () => {
    const { program, tokens } = await signedIn(service, ada);
    const proof = program.proof();
    assert.equal((await program.refresh(tokens.refreshToken, {}, proof)).status, 200);
    const { status, error } = await program.refresh(tokens.refreshToken, {}, proof);
    assert.deepEqual([status, error], [400, invalidGrant]);
    // Not after everything is forgotten either: by then it is too old for its time.
    later(301);
    const late = await program.refresh(tokens.refreshToken, {}, proof);
    assert.equal(late.error.message, 'the DPoP proof was made at another time');
  });

  test('is for this endpoint and method', async () => {
    const { program, tokens } = await signedIn(service, ada);
    const elsewhere = await program.refresh(
      tokens.refreshToken,
      {},
      program.proof({ url: 'https://sts.example.com/v1/token' }),
    );
    assert.deepEqual(
      [elsewhere.status, elsewhere.error.message],
      [400, 'the DPoP proof is for another address'],
    );
    const get = await program.refresh(tokens.refreshToken, {}, program.proof({ method: 'GET' }));
    assert.deepEqual([get.status, get.error.message], [400, 'the DPoP proof is for another method']);
  });
});

describe('a refresh token', () => {
  test('is good again and again, with the same answer but fresh credentials', async () => {
    const { program, tokens } = await signedIn(service, ada);
    later(600);
    const [one, two] = [
      await program.refresh(tokens.refreshToken),
      await program.refresh(tokens.refreshToken),
    ];
    for (const { status, tokens: fresh } of [one, two]) {
      assert.equal(status, 200);
      assert.deepEqual(
        [fresh.refreshToken, fresh.expiresIn, fresh.idToken],
        [tokens.refreshToken, 900, undefined],
      );
      const who = await service.sts(credentialsIn(fresh)).send(new GetCallerIdentityCommand());
      assert.equal(who.Arn, ada.arn);
    }
    assert.notEqual(one.tokens.accessToken.accessKeyId, two.tokens.accessToken.accessKeyId);
  });

  test('is good for its own key and client alone', async () => {
    const { program, tokens } = await signedIn(service, ada);
    const client = await program.refresh(tokens.refreshToken, {
      clientId: 'arn:aws:signin:::devtools/cross-device',
    });
    assert.deepEqual([client.status, client.error], [400, invalidGrant]);
    program.key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const thief = await program.refresh(tokens.refreshToken);
    assert.deepEqual([thief.status, thief.error], [400, invalidGrant]);
  });

  test('is good for twelve hours after the sign-in, and no credentials live longer', async () => {
    const { program, tokens } = await signedIn(service, ada);
    later(43_200 - 60);
    const last = await program.refresh(tokens.refreshToken);
    assert.equal(last.status, 200);
    assert.ok(last.tokens.expiresIn <= 60 && last.tokens.expiresIn > 0, `${last.tokens.expiresIn}`);
    later(60);
    const { status, error } = await program.refresh(tokens.refreshToken);
    assert.deepEqual([status, error], [401, over]);
    await assert.rejects(service.sts(credentialsIn(last.tokens)).send(new GetCallerIdentityCommand()), {
      name: 'ExpiredToken',
    });
  });

  test('is good no longer once the password has changed', async () => {
    const eve = await addPerson(service, 'eve');
    const { program, tokens } = await signedIn(service, eve);
    const code = await program.code(eve);
    await service
      .iam(service.root)
      .send(new UpdateLoginProfileCommand({ UserName: 'eve', Password: 'another Password 2' }));
    for (const { status, error } of [await program.refresh(tokens.refreshToken), await program.redeem(code)])
      assert.deepEqual([status, error], [403, changed]);
  });

  test('is good no longer once the MFA device it came with is gone, and another of that name is no help', async () => {
    const bob = await addPerson(service, 'bob', { hasDevice: true });
    const { program, tokens } = await signedIn(service, bob);
    const devices = service.house.identity.state.all('mfa-device');
    const [device] = devices.owned(bob.user.id);
    assert.ok(device !== undefined);
    const sealedSeed = service.house.box.seal(randomBytes(64), `mfa-device:${device.id}`);
    await service.house.identity.write(({ put }) => put('mfa-device', { ...device, sealedSeed }));
    const { status, error } = await program.refresh(tokens.refreshToken);
    assert.deepEqual([status, error], [403, changed]);
  });

  test('is good no longer once its user is gone, or made anew, or the account is closed', async () => {
    const ivy = await addPerson(service, 'ivy');
    const { program, tokens } = await signedIn(service, ivy);
    const { identity } = service.house;
    await identity.write(({ delete: remove }) => {
      remove('login-profile', ivy.user.id);
      remove('user', ivy.user.id);
    });
    await addPerson(service, 'ivy');
    assert.deepEqual((await program.refresh(tokens.refreshToken)).error, changed);

    const other = await signedIn(service, ada);
    const account = identity.state.all('account').get(service.accountId);
    assert.ok(account !== undefined);
    const organization = {
      id: 'o-1',
      parent: 'r-1',
      status: 'SUSPENDED',
      joinedMethod: 'CREATED',
      joinedAt: 0,
    };
    await identity.write(({ put }) => put('account', { ...account, organization } as never));
    assert.deepEqual((await other.program.refresh(other.tokens.refreshToken)).error, changed);
    await identity.write(({ put }) => put('account', account));
  });

  test('is asked about each time: policy can end it, by the time of the sign-in too', async () => {
    const eva = await addPerson(service, 'eva');
    const { program, tokens } = await signedIn(service, eva);
    later(60);
    const deny = (condition: object): Promise<void> =>
      service.house.identity.write(({ put }) =>
        put('user', {
          ...eva.user,
          inlinePolicies: {
            login: mayLogIn,
            revoked: JSON.stringify({
              Version: '2012-10-17',
              Statement: [{ Effect: 'Deny', Action: '*', Resource: '*', Condition: condition }],
            }),
          },
        }),
      );
    const before = new Date(service.now() - 30_000).toISOString();
    await deny({ DateLessThan: { 'aws:TokenIssueTime': before } });
    const { status, error } = await program.refresh(tokens.refreshToken);
    assert.deepEqual(
      [status, error],
      [
        403,
        {
          error: 'INSUFFICIENT_PERMISSIONS',
          message:
            'User: arn:aws:iam::111122223333:user/eva is not authorized to perform: signin:CreateOAuth2Token on resource: arn:aws:signin:us-east-1:111122223333:oauth2/public-client/localhost with an explicit deny in an identity-based policy',
        },
      ],
    );
    assert.equal((await signedIn(service, eva)).tokens.expiresIn, 900);
  });
});
