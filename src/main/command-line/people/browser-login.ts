import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Session } from './session.ts';
import { type ClientPorts, redeemCode, requestCode, type Service } from './sign-in-client.ts';

export interface BrowserPorts extends ClientPorts {
  /** Shows an address to somebody: in a browser where there is one. */
  readonly openBrowser: (url: string) => void;
}

/** What the form is to say already. */
export interface Known {
  readonly account?: string;
  readonly userName?: string;
}

const callbackPath = '/oauth/callback';
const patienceMs = 600_000;
const pageHeaders = {
  'content-type': 'text/plain; charset=utf-8',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  // What led here has the code in it.
  'referrer-policy': 'no-referrer',
  connection: 'close',
};

/**
 * Signs in with a browser: shows the page, and waits on a port of this machine for the redirect that carries the code (RFC 8252 §7.3).
 * Rejects when nobody has signed in for ten minutes, or the page says that they may not.
 */
export async function signInWithBrowser(
  service: Service,
  known: Known,
  ports: BrowserPorts,
): Promise<Session> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const request = requestCode(`http://${host}${callbackPath}`, ports);
    const answered = awaitRedirect(server, host, request.state);
    const url = new URL(`${service.endpoint}/v1/authorize`);
    const { account, userName: username } = known;
    const prefilled = {
      ...(account === undefined ? {} : { account }),
      ...(username === undefined ? {} : { username }),
    };
    url.search = new URLSearchParams({ ...request.parameters, ...prefilled }).toString();
    ports.openBrowser(url.href);
    return await redeemCode(service, request, await answered, ports);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

/** The parameters of the one redirect that answers this request. Every page can send a browser here: others are turned away. */
function awaitRedirect(server: Server, host: string, state: string): Promise<URLSearchParams> {
  const { promise, resolve, reject } = Promise.withResolvers<URLSearchParams>();
  const waiting = setTimeout(() => reject(new Error('nobody has signed in for ten minutes')), patienceMs);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const url = URL.parse(request.url ?? '', `http://${host}`);
    const isAnswer =
      request.method === 'GET' &&
      // A name that leads here by DNS rebinding is not the address that was told.
      request.headers.host === host &&
      url?.pathname === callbackPath &&
      url.searchParams.get('state') === state;
    if (!isAnswer || url === null) {
      response.writeHead(404, pageHeaders).end('Nothing is here.\n');
      return;
    }
    const isSignedIn = url.searchParams.has('code');
    const text = isSignedIn ? 'You are signed in. Go back to the terminal.\n' : 'You are not signed in.\n';
    response.writeHead(200, pageHeaders).end(text, () => {
      clearTimeout(waiting);
      resolve(url.searchParams);
    });
  });
  return promise;
}
