import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Authority, createAuthority } from '../../../test/certificate-authority.ts';
import {
  createIssuerKey,
  type IssuerKey,
  startTokenIssuer,
  type TokenIssuer,
} from '../../../test/token-issuer.ts';
import { createAddressGuard, type OutboundHttp, type OutboundOptions, openOutboundHttp } from './index.ts';

let authority: Authority;
let key: IssuerKey;
let server: TokenIssuer;

before(async () => {
  authority = createAuthority();
  key = await createIssuerKey('k');
  server = await startTokenIssuer(authority.issue(['localhost', '127.0.0.1']), key);
});
after(() => server.stop());

function open(options: Partial<OutboundOptions> = {}): OutboundHttp {
  return openOutboundHttp({
    guard: createAddressGuard(['127.0.0.0/8']),
    authorities: [authority.certificate],
    ...options,
  });
}

function get(http: OutboundHttp, path = '/keys', thumbprints: readonly string[] = []): Promise<Uint8Array> {
  return http.get({ url: `${server.url}${path}`, thumbprints });
}

/** Lets the server answer otherwise while `use` runs. */
async function intercepting(
  answer: NonNullable<TokenIssuer['intercept']>,
  use: () => Promise<void>,
): Promise<void> {
  server.intercept = answer;
  try {
    await use();
  } finally {
    server.intercept = undefined;
  }
}

const unreachable = { name: 'OutboundHttpError', code: 'Unreachable' };

test('a document is fetched from a name and from an address', async () => {
  assert.deepEqual(JSON.parse(Buffer.from(await get(open())).toString()), { keys: [key.jwk] });
  const byAddress = await open().get({ url: `https://127.0.0.1:${server.port}/keys`, thumbprints: [] });
  assert.ok(byAddress.length > 0);
});

describe('the address guard', () => {
  const refusal = {
    code: 'Refused',
    message: 'its address is not one that the settings let Brevet call',
  };

  test('keeps from addresses that are not listed, by name or as such', async () => {
    const guarded = open({ guard: createAddressGuard([]) });
    const before = server.requests;
    await assert.rejects(get(guarded), refusal);
    for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]']) {
      await assert.rejects(
        guarded.get({ url: `https://${host}:${server.port}/keys`, thumbprints: [] }),
        refusal,
      );
    }
    assert.equal(server.requests, before);
  });

  test('judges the address that is connected to: the name is resolved once', async () => {
    let asked = 0;
    const http = open({
      resolve: async () => {
        asked += 1;
        return asked === 1 ? ['127.0.0.1'] : ['169.254.169.254'];
      },
    });
    await get(http);
    assert.equal(asked, 1);
    await assert.rejects(get(http), refusal);
  });

  test('connects to the address that was checked and to nothing else that the name may mean', async () => {
    const named = await startTokenIssuer(authority.issue(['id.invalid']), key, { host: 'id.invalid' });
    try {
      const http = open({ resolve: async () => ['127.0.0.1'] });
      assert.ok((await http.get({ url: `${named.url}/keys`, thumbprints: [] })).length > 0);
    } finally {
      await named.stop();
    }
  });

  test('drops the forbidden ones of several addresses', async () => {
    const seen: string[] = [];
    const http = open({
      guard: (address) => {
        seen.push(address);
        return address === '127.0.0.1';
      },
      resolve: async () => ['169.254.169.254', '127.0.0.1'],
    });
    await get(http);
    assert.deepEqual(seen, ['169.254.169.254', '127.0.0.1']);
  });
});

test('only https is spoken, without a password', async () => {
  for (const url of [
    server.url.replace('https', 'http'),
    'file:///etc/passwd',
    server.url.replace('localhost', 'a:b@localhost'),
  ]) {
    await assert.rejects(open().get({ url, thumbprints: [] }), {
      code: 'Refused',
      message: 'its URL is not a plain https one',
    });
  }
});

describe('redirects', () => {
  test('are followed within the host, twice', async () => {
    await intercepting(
      (request, response) => {
        const left = Number(request.url?.slice(1));
        if (left === 0) response.end('done');
        else response.writeHead(302, { location: `/${left - 1}` }).end();
      },
      async () => {
        assert.equal(Buffer.from(await get(open(), '/2')).toString(), 'done');
        await assert.rejects(get(open(), '/3'), { code: 'Refused', message: 'it redirects too often' });
      },
    );
  });

  test('to another host, port or scheme are refused', async () => {
    for (const [location, message] of [
      ['https://169.254.169.254/latest', 'it redirects to another host'],
      [`https://127.0.0.1:${server.port}/keys`, 'it redirects to another host'],
      [`https://localhost:${server.port + 1}/keys`, 'it redirects to another host'],
      [`http://localhost:${server.port}/keys`, 'its URL is not a plain https one'],
    ] as const) {
      await intercepting(
        (_request, response) => response.writeHead(302, { location }).end(),
        () => assert.rejects(get(open()), { code: 'Refused', message }),
      );
    }
  });
});

describe('a server that misbehaves', () => {
  test('by sending too much is cut off', async () => {
    await intercepting(
      (_request, response) => response.end('x'.repeat(1001)),
      async () => {
        await assert.rejects(get(open({ maxBytes: 1000 })), {
          code: 'Unusable',
          message: 'it answers with more than 1000 bytes',
        });
        assert.equal((await get(open({ maxBytes: 1001 }))).length, 1001);
      },
    );
  });

  test('by sending less than it said is not believed', async () => {
    await intercepting(
      (_request, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('{}');
        response.socket?.end();
      },
      () => assert.rejects(get(open()), unreachable),
    );
  });

  test('by never answering, never ending or never resolving is given up', async () => {
    const late = { ...unreachable, message: 'it does not answer in time' };
    await intercepting(
      () => undefined,
      () => assert.rejects(get(open({ timeoutMs: 100 })), late),
    );
    await intercepting(
      (_request, response) => response.writeHead(200).write('{'),
      () => assert.rejects(get(open({ timeoutMs: 100 })), late),
    );
    await assert.rejects(get(open({ timeoutMs: 100, resolve: () => new Promise(() => undefined) })), late);
  });

  test('by another status or an encoding that nobody asked for is refused', async () => {
    await intercepting(
      (_request, response) => response.writeHead(500).end(),
      () => assert.rejects(get(open()), { code: 'Unusable', message: 'it answers with status 500' }),
    );
    await intercepting(
      (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
      () =>
        assert.rejects(get(open()), {
          code: 'Unusable',
          message: 'it answers in an encoding that was not asked for',
        }),
    );
  });

  test('by not being there is unreachable', async () => {
    const gone = await startTokenIssuer(authority.issue(['localhost']), key);
    await gone.stop();
    await assert.rejects(open().get({ url: `${gone.url}/keys`, thumbprints: [] }), {
      ...unreachable,
      message: 'it cannot be reached',
    });
    await assert.rejects(get(open({ resolve: async () => [] })), {
      ...unreachable,
      message: 'its host has no address',
    });
  });
});

describe('certificates', () => {
  const untrusted = { code: 'Untrusted', message: 'its certificate cannot be verified' };
  const mismatch = {
    code: 'ThumbprintMismatch',
    message: 'its certificate does not match a configured thumbprint',
  };
  const alone = (): OutboundHttp => open({ authorities: [] });

  async function serving(
    identity: Parameters<typeof startTokenIssuer>[0],
    use: (url: string) => Promise<void>,
    chain = '',
  ): Promise<void> {
    const other = await startTokenIssuer(identity, key, { chain });
    try {
      await use(`${other.url}/keys`);
    } finally {
      await other.stop();
    }
  }

  test('need an authority, the right name and their dates', async () => {
    await assert.rejects(get(alone()), untrusted);
    for (const identity of [
      authority.issue(['elsewhere.example.com']),
      authority.issue(['localhost'], { expired: true }),
    ]) {
      await serving(identity, (url) => assert.rejects(open().get({ url, thumbprints: [] }), untrusted));
    }
  });

  test('without an authority are believed by the thumbprint of one of the chain', async () => {
    const below = authority.issueAuthority('Intermediate');
    const leaf = below.issue(['localhost']);
    const chain = `${below.certificate}\n${authority.certificate}`;
    await serving(
      leaf,
      async (url) => {
        for (const { thumbprint } of [leaf, below, authority]) {
          assert.ok((await alone().get({ url, thumbprints: [thumbprint] })).length > 0);
        }
        await assert.rejects(alone().get({ url, thumbprints: ['0'.repeat(40)] }), mismatch);
      },
      chain,
    );
  });

  test('are believed by the authorities of a request alone, when it brings some', async () => {
    const own = createAuthority();
    const request = { url: `${server.url}/keys`, thumbprints: [] };
    assert.ok((await alone().get({ ...request, authorities: [authority.certificate] })).length > 0);
    await assert.rejects(open().get({ ...request, authorities: [own.certificate] }), untrusted);
  });

  test('are not believed by a thumbprint that they only show', async () => {
    const forger = createAuthority('Test CA').issue(['localhost']);
    await serving(
      forger,
      (url) =>
        assert.rejects(alone().get({ url, thumbprints: [authority.thumbprint] }), {
          name: 'OutboundHttpError',
        }),
      authority.certificate,
    );
  });

  test('of another host or out of date are not mended by a thumbprint', async () => {
    for (const identity of [
      authority.issue(['elsewhere.example.com']),
      authority.issue(['localhost'], { expired: true }),
    ]) {
      await serving(
        identity,
        (url) => assert.rejects(alone().get({ url, thumbprints: [identity.thumbprint] }), untrusted),
        authority.certificate,
      );
    }
  });
});
