import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse, request as send } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import fastify from 'fastify';
import { hashBody, type SigningCredentials, signRequest } from '#core/sigv4';
import { account, describedUser, FakeIssuer } from '../../../../test/authorizer-fixture.ts';
import {
  type Admitted,
  CallerCache,
  createAuthorizer,
  type ExpressGuarded,
  expressAuthorizer,
  fetchAuthorizer,
  type GuardOptions,
  guardFastify,
  invokeQuestion,
  type NodeRequest,
} from '../index.ts';

type Handler = (
  request: NodeRequest & ExpressGuarded,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

interface ExpressApp {
  use(path: string, handler: Handler): void;
  listen(port: number, host: string): Server;
}

/** Express brings no types of its own. */
const express = createRequire(import.meta.url)('express') as () => ExpressApp;

const start = Date.UTC(2026, 10, 24, 12);
const prefix = `arn:aws:execute-api:us-east-1:${account}:orders/prod`;
const api = { region: 'us-east-1', ownerAccount: account, api: 'orders', stage: 'prod' };
const host = 'orders.example.com';
const statements = [
  { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: [`${prefix}/GET/*`, `${prefix}/POST/orders`] },
];

let issuer: FakeIssuer;
let callers: CallerCache;
let ada: SigningCredentials;
let options: GuardOptions;

beforeEach(async () => {
  issuer = new FakeIssuer();
  ada = issuer.add(describedUser('ada', statements));
  callers = new CallerCache({ issuer, clock: () => start, maxStalenessSeconds: 60 });
  options = {
    authorizer: createAuthorizer({ callers, service: 'execute-api', clock: () => start }),
    question: (request) => invokeQuestion(api, request),
    bodyLimitBytes: 1000,
  };
  await new Promise(setImmediate);
});
afterEach(() => callers.close());

interface Sent {
  readonly method?: string;
  readonly target?: string;
  readonly body?: string;
  /** What is signed, where it is not what is sent. */
  readonly signedBody?: string;
  readonly signedTarget?: string;
  readonly declare?: string | false;
  readonly headers?: Readonly<Record<string, string>>;
  readonly unsigned?: true;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

function headersOf({
  method = 'GET',
  target = '/orders/1',
  body = '',
  ...sent
}: Sent): Record<string, string> {
  const bodySha256 = hashBody(Buffer.from(sent.signedBody ?? body));
  const declared = sent.declare ?? bodySha256;
  const { rawHeaders } = signRequest(
    {
      method,
      target: sent.signedTarget ?? target,
      rawHeaders: ['host', host, ...(declared === false ? [] : ['x-amz-content-sha256', declared])],
      bodySha256: declared === false ? bodySha256 : declared,
    },
    { credentials: ada, region: 'us-east-1', service: 'execute-api', now: start },
  );
  const headers: Record<string, string> = { ...sent.headers };
  for (let index = 0; index < rawHeaders.length; index += 2)
    headers[rawHeaders[index] ?? ''] = rawHeaders[index + 1] ?? '';
  return sent.unsigned ? { host, ...sent.headers } : headers;
}

/** What the handlers answer: who they were told is calling, and the body they got. */
function greeting(admitted: Admitted | null | undefined, body: unknown): string {
  return `${admitted?.caller.arn} sent ${body}`;
}

async function overHttp(server: Server, sent: Sent): Promise<Answer> {
  const { method = 'GET', target = '/orders/1', body = '' } = sent;
  const { port } = server.address() as AddressInfo;
  const request = send({
    port,
    host: '127.0.0.1',
    method,
    path: target,
    headers: { ...headersOf(sent), 'content-length': Buffer.byteLength(body), connection: 'close' },
  });
  request.end(body);
  const [response] = await once(request, 'response');
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return { status: response.statusCode, headers: response.headers, body: text };
}

const doors: readonly (readonly [
  string,
  () => Promise<{ ask(sent: Sent): Promise<Answer>; close(): unknown }>,
])[] = [
  [
    'Express',
    async () => {
      const app = express();
      app.use('/orders', (request, response, next) => expressAuthorizer(options)(request, response, next));
      app.use('/', (request, response) => response.end(greeting(request.brevet, request.body)));
      const server = app.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return { ask: (sent) => overHttp(server, sent), close: () => server.close() };
    },
  ],
  [
    'node:http',
    async () => {
      const server = createServer((request: NodeRequest & ExpressGuarded, response) =>
        expressAuthorizer(options)(request, response, () =>
          response.end(greeting(request.brevet, request.body)),
        ),
      );
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return { ask: (sent) => overHttp(server, sent), close: () => server.close() };
    },
  ],
  [
    'Fastify',
    async () => {
      const app = fastify();
      // The options of the test that runs: the server is older than they are.
      guardFastify(app, {
        get authorizer() {
          return options.authorizer;
        },
        question: (request, verified) => options.question(request, verified),
        bodyLimitBytes: 1000,
      });
      app.addContentTypeParser('*', { parseAs: 'string' }, async (_request: unknown, body: unknown) => body);
      const answer = async (request: { brevet?: Admitted | null; body: unknown }) =>
        greeting(request.brevet, request.body ?? '');
      app.get('/*', answer);
      app.post('/*', answer);
      await app.listen({ port: 0, host: '127.0.0.1' });
      return { ask: (sent) => overHttp(app.server, sent), close: () => app.close() };
    },
  ],
  [
    'fetch-style handlers',
    async () => ({
      async ask(sent) {
        const { method = 'GET', target = '/orders/1', body = '' } = sent;
        const handle = fetchAuthorizer(
          options,
          (_request, admitted) => new Response(greeting(admitted, Buffer.from(admitted.body))),
        );
        const response = await handle(
          new Request(`http://${host}${target}`, {
            method,
            headers: headersOf(sent),
            ...(body === '' ? {} : { body }),
          }),
        );
        return {
          status: response.status,
          headers: Object.fromEntries(response.headers),
          body: await response.text(),
        };
      },
      close: () => undefined,
    }),
  ],
];

for (const [name, open] of doors) {
  describe(`the adapter for ${name}`, () => {
    let door: Awaited<ReturnType<typeof open>>;
    before(async () => {
      door = await open();
    });
    after(() => door.close());

    const refused = async (
      sent: Sent,
      status: number,
      code: string,
      message: RegExp | string,
    ): Promise<void> => {
      const answer = await door.ask(sent);
      assert.equal(answer.status, status, answer.body);
      assert.equal(answer.headers['x-amzn-errortype'], code);
      const told = JSON.parse(answer.body);
      assert.equal(told.__type, code);
      if (typeof message === 'string') assert.equal(told.message, message);
      else assert.match(told.message, message);
    };

    test('lets an allowed request pass, and says who sent it', async () => {
      const answer = await door.ask({});
      assert.deepEqual([answer.status, answer.body], [200, `arn:aws:iam::${account}:user/ada sent `]);
    });

    test('hands on the body that was signed, whether its hash is declared or not', async () => {
      for (const declare of [undefined, false] as const) {
        const sent = {
          method: 'POST',
          target: '/orders',
          body: 'two tons',
          headers: { 'content-type': 'text/plain' },
        };
        const answer = await door.ask(declare === false ? { ...sent, declare } : sent);
        assert.deepEqual(
          [answer.status, answer.body],
          [200, `arn:aws:iam::${account}:user/ada sent two tons`],
        );
      }
    });

    test('refuses a body that was not signed', async () => {
      const sent = { method: 'POST', target: '/orders', body: 'three tons', signedBody: 'two tons' };
      await refused(sent, 400, 'XAmzContentSHA256Mismatch', 'The body is not the one that was signed.');
      await refused({ ...sent, declare: false }, 401, 'SignatureDoesNotMatch', /^The request signature/);
      for (const declare of ['UNSIGNED-PAYLOAD', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'])
        await refused({ ...sent, declare }, 400, 'XAmzContentSHA256Mismatch', /signed/);
    });

    test('refuses a body over the limit', async () => {
      const sent = { method: 'POST', target: '/orders', body: 'x'.repeat(200_000) };
      await refused(sent, 413, 'RequestEntityTooLarge', 'The body is longer than 1000 bytes.');
      await refused({ ...sent, declare: false }, 413, 'RequestEntityTooLarge', /1000/);
    });

    test('refuses who does not sign, and names the scheme', async () => {
      await refused(
        { unsigned: true },
        401,
        'MissingAuthenticationToken',
        /is missing Authentication Token$/,
      );
      assert.equal((await door.ask({ unsigned: true })).headers['www-authenticate'], 'AWS4-HMAC-SHA256');
    });

    test('refuses another path than was signed', async () => {
      await refused({ signedTarget: '/orders/2' }, 401, 'SignatureDoesNotMatch', /^The request signature/);
    });

    test('refuses what policy does not allow', async () => {
      await refused(
        { method: 'POST' },
        403,
        'AccessDeniedException',
        /is not authorized to perform: execute-api:Invoke/,
      );
    });

    test('refuses a path that could be read in two ways', async () => {
      await refused({ target: '/orders/a%2Fb' }, 403, 'PathRefused', /has an encoded slash\.$/);
    });

    test('trusts no header that says who is calling', async () => {
      const headers = { 'x-brevet-principal-arn': 'arn:aws:iam::999988887777:root', brevet: 'root' };
      assert.match((await door.ask({ headers })).body, /user\/ada/);
      await refused({ headers, unsigned: true }, 401, 'MissingAuthenticationToken', /./);
    });

    test('refuses everybody while the service cannot be asked', async () => {
      issuer.isAway = true;
      await refused({}, 503, 'ServiceUnavailable', 'The caller cannot be verified now.');
    });

    test('refuses when the question fails, and does not say why', async () => {
      options = {
        ...options,
        question: () => {
          throw new Error('the secret of the question');
        },
      };
      await refused({}, 503, 'ServiceUnavailable', 'The request cannot be decided now.');
    });

    test('answers in XML who accepts nothing else', async () => {
      const { headers, body } = await door.ask({ unsigned: true, headers: { accept: 'application/xml' } });
      assert.equal(headers['content-type'], 'application/xml');
      assert.match(body, /<Code>MissingAuthenticationToken<\/Code>/);
    });
  });
}
