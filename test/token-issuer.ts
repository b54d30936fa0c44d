import type { webcrypto } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { Identity } from './certificate-authority.ts';

/** A key pair of a test's identity provider. */
export interface IssuerKey {
  readonly alg: string;
  readonly kid: string;
  readonly privateKey: webcrypto.CryptoKey;
  readonly jwk: JWK;
}

export async function createIssuerKey(kid: string, alg = 'RS256'): Promise<IssuerKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

/** An identity provider of a test: a discovery document and keys over TLS, on a port of its own, and tokens of its making. */
export interface TokenIssuer {
  /** `https://localhost:PORT`, or below a path of it. */
  readonly url: string;
  readonly port: number;
  /** How many requests it has had. */
  requests: number;
  /** The keys that it publishes; tests change them. */
  keys: readonly JWK[];
  /** Answers instead of it while a test says so. */
  intercept: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  /** Signs these claims with its first key, `iss`, `iat` and `exp` filled in unless they are given. */
  sign(claims: Readonly<Record<string, unknown>>, key?: IssuerKey): Promise<string>;
  stop(): Promise<void>;
}

export async function startTokenIssuer(
  certificate: Identity,
  key: IssuerKey,
  { path = '', host = 'localhost', chain = '' } = {},
): Promise<TokenIssuer> {
  const sockets = new Set<Socket>();
  const server: Server = createServer(
    { cert: `${certificate.certificate}\n${chain}`, key: certificate.privateKey },
    (request, response) => {
      issuer.requests += 1;
      if (issuer.intercept !== undefined) {
        issuer.intercept(request, response);
        return;
      }
      const documents: Readonly<Record<string, object>> = {
        [`${path}/.well-known/openid-configuration`]: { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` },
        [`${path}/keys`]: { keys: issuer.keys },
      };
      const found = documents[request.url ?? ''];
      response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(found ?? {}));
    },
  );
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const issuer: TokenIssuer = {
    url: `https://${host}:${port}${path}`,
    port,
    requests: 0,
    keys: [key.jwk],
    intercept: undefined,
    sign: (claims, by = key) => {
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({ iss: issuer.url, iat: now, exp: now + 3600, ...claims })
        .setProtectedHeader({ alg: by.alg, kid: by.kid, typ: 'JWT' })
        .sign(by.privateKey);
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return issuer;
}
