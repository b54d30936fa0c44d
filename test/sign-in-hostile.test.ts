import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { createTokenKey, openSignIn, sealSignIn } from '#core/session-token';
import { type SignInFixture, sessionText, startSignIn, textOf } from './sign-in-fixture.ts';
import type { Credentials } from './started-service.ts';

let signIn: SignInFixture;
let session: Credentials;
let token: string;

before(async () => {
  signIn = await startSignIn();
  session = await signIn.assumeRole();
  token = await signIn.signinToken(session);
});
after(() => signIn.service.stop());

function messageOf(answer: Parameters<typeof textOf>[0]): string {
  return textOf(answer).replace('Sign-in failed - Brevet Sign-in failed ', '');
}

describe('a request of the federation endpoint', () => {
  const refused: readonly (readonly [name: string, query: () => Record<string, string>, words: string])[] = [
    ['without an action', () => ({}), 'Action is required.'],
    [
      'for an action in another case',
      () => ({ Action: 'GetSigninToken' }),
      'Action must be getSigninToken, login or logout.',
    ],
    [
      'with an action that is long',
      () => ({ Action: 'a'.repeat(5000) }),
      'Action must be getSigninToken, login or logout.',
    ],
    ['for a token without a session', () => ({ Action: 'getSigninToken' }), 'Session is required.'],
    [
      'for a token with an empty session',
      () => ({ Action: 'getSigninToken', Session: '' }),
      'Session is required.',
    ],
    ...['{', 'null', '[]', '"text"', '7', `{"sessionId":"${'a'.repeat(9000)}"}`, '['.repeat(2600)].map(
      (text) =>
        [
          `for a token with ${text.slice(0, 20)} for a session`,
          () => ({ Action: 'getSigninToken', Session: text }),
          'Session must be a JSON object with sessionId, sessionKey and sessionToken.',
        ] as const,
    ),
    ...(['sessionId', 'sessionKey', 'sessionToken'] as const).flatMap((name) =>
      [undefined, null, 7, true, '', {}, ['x'], 'x'.repeat(5000)].map(
        (value) =>
          [
            `for a token with ${JSON.stringify(value)?.slice(0, 12)} as ${name}`,
            () => ({
              Action: 'getSigninToken',
              Session: JSON.stringify({ ...JSON.parse(sessionText(session)), [name]: value }),
            }),
            `${name} of Session must be a text of at most ${name === 'sessionToken' ? 4096 : 128} characters.`,
          ] as const,
      ),
    ),
    [
      'for a token with members from the prototype',
      () => ({
        Action: 'getSigninToken',
        Session: '{"__proto__":{"sessionId":"a","sessionKey":"b","sessionToken":"c"}}',
      }),
      'sessionId of Session must be a text of at most 128 characters.',
    ],
    ...['899', '43201', '-900', '900.5', '1e3', ' 900', '0x400', '', '9'.repeat(400)].map(
      (value) =>
        [
          `for a token with a SessionDuration of ${value.slice(0, 12)}`,
          () => ({ Action: 'getSigninToken', Session: sessionText(session), SessionDuration: value }),
          'SessionDuration must be from 900 to 43200 seconds.',
        ] as const,
    ),
    [
      'for a token with another SessionType',
      () => ({ Action: 'getSigninToken', Session: sessionText(session), SessionType: 'xml' }),
      'SessionType must be json.',
    ],
    [
      'for a login without a token',
      () => ({ Action: 'login', Destination: '/console' }),
      'SigninToken is required.',
    ],
    [
      'for a login without a destination',
      () => ({ Action: 'login', SigninToken: token }),
      'Destination is required.',
    ],
    ...[
      'https://console.aws.amazon.com/',
      '//evil.example.com',
      '\\\\evil.example.com',
      '/\\evil.example.com',
      '/x\r\nSet-Cookie: a=b',
      'javascript:alert(1)',
    ].map(
      (destination) =>
        [
          `for a login to ${JSON.stringify(destination)}`,
          () => ({ Action: 'login', SigninToken: token, Destination: destination }),
          'Destination must be a page of this service, or of an origin that it is set up to trust.',
        ] as const,
    ),
  ];
  for (const [name, query, words] of refused) {
    test(`${name} is refused`, async () => {
      const answer = await signIn.federation(query());
      assert.equal(answer.status, 400);
      assert.equal(messageOf(answer), words);
      assert.equal(answer.headers.get('set-cookie'), null);
      assert.equal(answer.headers.get('location'), null);
      assert.equal(answer.headers.get('cache-control'), 'no-store');
    });
  }

  test('with a parameter twice is refused, in the query, in the form and across them', async () => {
    const twice = await signIn.request('/federation?Action=logout&Action=login');
    assert.equal(messageOf(twice), 'A parameter is given twice.');
    const across = await signIn.federation({ Action: 'login' }, { Action: 'logout' });
    assert.equal(messageOf(across), 'A parameter is given twice.');
    assert.equal(across.status, 400);
  });

  test('that is no text is refused', async () => {
    const escapes = await signIn.request('/federation?Action=%ff');
    assert.equal(messageOf(escapes), 'The request contains a percent escape that is not valid UTF-8.');
    const bytes = await signIn.request('/federation', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: Buffer.from([0x41, 0xff]),
    });
    assert.equal(messageOf(bytes), 'The request body is not valid UTF-8.');
    const json = await signIn.request('/federation', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"Action":"logout"}',
    });
    assert.equal(messageOf(json), 'Action is required.');
  });

  test('with another method is refused', async () => {
    for (const method of ['PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH']) {
      const answer = await signIn.request(
        `/federation?Action=login&SigninToken=${token}&Destination=/console`,
        { method },
      );
      assert.equal(answer.status, 405);
      assert.equal(answer.headers.get('allow'), 'GET, POST');
      assert.equal(answer.headers.get('access-control-allow-origin'), null);
      assert.equal(answer.headers.get('set-cookie'), null);
    }
    const answer = await signIn.request('/console', { method: 'POST' });
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.get('allow'), 'GET, HEAD');
  });
});

describe('a sign-in token', () => {
  const tokenRefused = async (text: string): Promise<void> => {
    const answer = await signIn.login(text);
    assert.equal(answer.status, 400);
    assert.equal(messageOf(answer), 'The sign-in token is not valid, or not any more.');
    assert.equal(answer.headers.get('set-cookie'), null);
  };

  test('that was altered, of another key, or something else is refused', async () => {
    const key = signIn.service.house.keyring.current();
    const opened = openSignIn('token', token, () => key);
    assert.ok(opened !== undefined);
    const forged = createTokenKey(key.id, Buffer.alloc(32, 9));
    const flipped = Buffer.from(token, 'base64url');
    flipped[40] = (flipped[40] ?? 0) ^ 1;
    for (const text of [
      flipped.toString('base64url'),
      token.slice(0, -4),
      `${token}AAAA`,
      sealSignIn('token', opened, forged, Buffer.alloc(12)),
      sealSignIn('cookie', opened, key, Buffer.alloc(12, 1)),
      session.sessionToken ?? '',
      'x',
      'A'.repeat(9000),
    ])
      await tokenRefused(text);
  });

  test('is no credential of an API, and neither is the cookie', async () => {
    const cookie = (await signIn.cookie(session)).split('=')[1] ?? '';
    for (const sessionToken of [token, cookie, Buffer.from(token, 'base64url').toString('base64')]) {
      await assert.rejects(
        signIn.service.sts({ ...session, sessionToken }).send(new GetCallerIdentityCommand({})),
        { name: 'InvalidClientTokenId' },
      );
    }
  });
});

describe('a cookie', () => {
  const isSignedIn = async (cookie: string): Promise<boolean> =>
    (await signIn.console(cookie)).status === 200;

  test('that was altered, of another key, a sign-in token, or twice there signs nobody in', async () => {
    const cookie = await signIn.cookie(session);
    const value = cookie.split('=')[1] ?? '';
    assert.equal(await isSignedIn(`other=1; ${cookie}; another="x"`), true);
    const key = signIn.service.house.keyring.current();
    const opened = openSignIn('cookie', value, () => key);
    assert.ok(opened !== undefined);
    const other = await signIn.cookie(await signIn.assumeRole({ RoleSessionName: 'mallory' }));
    for (const text of [
      `brevet-sign-in=${token}`,
      `brevet-sign-in=${value.slice(0, -1)}`,
      `brevet-sign-in=${sealSignIn('cookie', opened, createTokenKey(key.id, Buffer.alloc(32, 9)), Buffer.alloc(12))}`,
      `__Host-brevet-sign-in=${value}`,
      `Brevet-Sign-In=${value}`,
      `brevet-sign-in="${value}"`,
      `${cookie}; ${other}`,
      `${cookie}; ${cookie}`,
      'brevet-sign-in=',
      'brevet-sign-in',
      `brevet-sign-in=${'A'.repeat(8000)}`,
    ])
      assert.equal(await isSignedIn(text), false, text.slice(0, 60));
  });

  test('of one shows that one alone', async () => {
    const mallory = await signIn.cookie(await signIn.assumeRole({ RoleSessionName: 'mallory' }));
    assert.match(textOf(await signIn.console(mallory)), /assumed-role\/analyst\/mallory/);
    assert.doesNotMatch(textOf(await signIn.console(mallory)), /\/ada/);
  });
});

test('the origins of other hosts are not own ones, whatever Host says', async () => {
  const target = `/federation?Action=login&SigninToken=${token}&Destination=${encodeURIComponent('http://evil.example.com/x')}`;
  const { port } = new URL(signIn.service.endpoint);
  const reply = async (host: string): Promise<string> => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    await once(socket, 'close');
    return text;
  };
  assert.match(await reply('127.0.0.1'), /^HTTP\/1\.1 400 /);
  // Who is at a host already may be sent to it, by a path alone.
  assert.match(await reply('evil.example.com'), /^HTTP\/1\.1 302 [\s\S]*\r\nlocation: \/x\r\n/);
  assert.match(await reply('not a host'), /^HTTP\/1\.1 400 /);
});
