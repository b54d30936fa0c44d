import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import type { Answered, SignInEntry, WireRequest } from '#pipeline';
import { fault } from '#wire/faults';
import { createSignInDoor, isForSignIn } from './index.ts';

const asked: unknown[] = [];
const answered: Answered[] = [];
const told = { clock: () => 0, random: randomBytes, onAnswered: (one: Answered) => answered.push(one) };
const entry: SignInEntry = {
  issueToken: async (_request, read) => {
    asked.push(read());
    return 'token';
  },
  signIn: async (_request, read) => {
    asked.push(read());
    return { cookie: 'sealed', seconds: 60 };
  },
  find: async (_request, cookie) => {
    asked.push(cookie);
    return undefined;
  },
  signOut: async (_request, cookie) => {
    asked.push(cookie);
  },
};

function get(target: string, headers: readonly string[] = [], secure = false): WireRequest {
  return {
    ...{ method: 'GET', target, body: Buffer.alloc(0), sourceIp: '192.0.2.1', secure },
    rawHeaders: ['Host', 'sts.example.com', ...headers],
  };
}

const login = '/federation?Action=login&SigninToken=t&Destination=';

describe('the sign-in door', () => {
  const door = (publicUrl: string, destinations: readonly string[] = []) =>
    createSignInDoor({ ...told, entry, publicUrl: () => publicUrl, destinations });

  test('is for two paths and what is below the page, and for nothing else', () => {
    for (const target of [
      '/federation',
      '/federation?Action=login',
      '/console',
      '/console/home?x',
      '/console/',
    ])
      assert.equal(isForSignIn(get(target)), true, target);
    for (const target of [
      '/',
      '/?Action=login',
      '/federations',
      '/federation/',
      '/consoles',
      '/Console',
      '//console',
      '/%63onsole',
    ])
      assert.equal(isForSignIn(get(target)), false, target);
  });

  test('binds the cookie to this host and to TLS where the browser speaks it, also to a proxy in front', async () => {
    for (const [publicUrl, secure] of [
      ['http://sts.example.com', true],
      ['https://sts.example.com', false],
    ] as const) {
      const answer = await door(publicUrl)(get(`${login}/console`, [], secure));
      assert.equal(
        answer.headers['set-cookie'],
        '__Host-brevet-sign-in=sealed; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure',
      );
      asked.length = 0;
      const cookies = 'brevet-sign-in=planted; __Host-brevet-sign-in=own';
      await door(publicUrl)(get('/console', ['Cookie', cookies], secure));
      assert.deepEqual(asked, ['own']);
    }
  });

  test('sends a browser to the endpoint by the name that it used, and elsewhere only where the settings say so', async () => {
    const open = door('https://sts.example.com/aws', ['https://console.example.org']);
    const locationOf = async (destination: string): Promise<string | undefined> =>
      (await open(get(`${login}${encodeURIComponent(destination)}`))).headers.location;
    assert.equal(await locationOf('https://sts.example.com/aws/console'), '/aws/console');
    assert.equal(await locationOf('http://sts.example.com/console'), '/console');
    assert.equal(await locationOf('https://console.example.org/start'), 'https://console.example.org/start');
    assert.equal(await locationOf('https://console.example.com/start'), undefined);
  });

  test('lets one sign out below the path of the endpoint', async () => {
    const signedIn: SignInEntry = {
      ...entry,
      find: async () => ({
        endsAt: Date.UTC(2026, 0, 2),
        caller: {
          kind: 'federated-user',
          account: { id: '111122223333', alias: 'a<b', name: 'n', email: 'e', createdAt: 0 },
          issuer: undefined,
          accessKeyId: 'ASIA',
          session: { sessionName: '"><script>', sourceIdentity: '<i>' },
        } as never,
      }),
    };
    const open = createSignInDoor({
      ...told,
      entry: signedIn,
      publicUrl: () => 'https://sts.example.com/a"b',
      destinations: [],
    });
    const { body } = await open(get('/console'));
    assert.ok(body.includes('<form method="post" action="/a%22b/federation">'));
    assert.ok(body.includes('<dd>&quot;&gt;&lt;script&gt;</dd>'));
    assert.ok(body.includes('<dd>111122223333 (a&lt;b)</dd>'));
    assert.ok(body.includes('<dd>&lt;i&gt;</dd>'));
    assert.ok(body.includes('<dd>2026-01-02T00:00:00Z</dd>'));
    assert.doesNotMatch(body, /<script|<i>/);
  });

  test('says what the corridor refuses, as AWS does, with 400, and what it cannot do with 503', async () => {
    const saying = async (refusal: Error): Promise<readonly [number, string]> => {
      const open = createSignInDoor({
        ...told,
        entry: { ...entry, issueToken: () => Promise.reject(refusal) },
        publicUrl: () => 'http://sts.example.com',
        destinations: [],
      });
      const { status, body } = await open(get('/federation?Action=getSigninToken&Session={}'));
      return [status, /<p>(.*)<\/p>/.exec(body)?.[1] ?? ''];
    };
    assert.deepEqual(await saying(fault('InvalidClientTokenId', 'a <b>')), [400, 'a &lt;b&gt;']);
    assert.deepEqual(await saying(fault('ServiceUnavailable')), [
      503,
      'The request has failed due to a temporary failure of the server.',
    ]);
    assert.deepEqual(await saying(fault('InternalFailure')), [
      500,
      'The request processing has failed because of an unknown error, exception or failure.',
    ]);
    assert.deepEqual(await saying(new Error('unforeseen')), [
      500,
      'The request processing has failed because of an unknown error, exception or failure.',
    ]);
  });

  test('tells logs and metrics of every request, whatever became of it', async () => {
    const open = door('http://sts.example.com');
    const kinds = async (target: string, more: Partial<WireRequest> = {}) => {
      answered.length = 0;
      await open({ ...get(target), ...more });
      return answered.map(({ service, operation, status, fault, refusal }) => [
        service,
        operation,
        status,
        fault?.code ?? refusal,
      ]);
    };
    assert.deepEqual(await kinds('/federation'), [['signin', 'Federation', 400, 'ValidationError']]);
    assert.deepEqual(await kinds('/federation?Action=x'), [['signin', 'Federation', 400, 'ValidationError']]);
    assert.deepEqual(await kinds('/federation', { method: 'PUT' }), [
      ['signin', 'Federation', 405, 'MethodNotAllowed'],
    ]);
    assert.deepEqual(await kinds('/federation?Action=getSigninToken'), [
      ['signin', 'GetSigninToken', 400, 'ValidationError'],
    ]);
    assert.deepEqual(await kinds(`${login}/console`), [['signin', 'ConsoleLogin', 302, undefined]]);
    assert.deepEqual(await kinds('/federation?Action=logout'), [['signin', 'Logout', 200, undefined]]);
    assert.deepEqual(
      await kinds('/federation?Action=logout', { rawHeaders: ['Sec-Fetch-Site', 'cross-site'] }),
      [['signin', 'Logout', 403, 'AskedByAnotherSite']],
    );
    assert.deepEqual(await kinds('/console'), [['signin', 'ShowSession', 403, 'NotSignedIn']]);
    assert.deepEqual(await kinds('/console', { method: 'POST' }), [
      ['signin', 'ShowSession', 405, 'MethodNotAllowed'],
    ]);
  });
});
