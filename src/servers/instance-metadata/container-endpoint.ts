import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { formatIsoSeconds } from '#core/time';
import { matchHost } from './host.ts';
import type { IssuedCredentials } from './renewed-credentials.ts';

/** An answer of the endpoint. */
export interface Reply {
  readonly status: number;
  readonly body: object;
}

export interface ContainerEndpointOptions {
  /** Names that requests may be sent to, beside addresses and `localhost`; in lower case. */
  readonly hosts: readonly string[];
  /** What whoever sends this as `Authorization` gets; undefined when they sent none, or two. */
  readonly answer: (authorization: string | undefined) => Promise<Reply>;
}

const headLimitBytes = 16_384;
const headTimeoutMs = 5_000;
/** The only path there is: who asks is for the token to say. */
const path = '/v1/credentials';

/**
 * The endpoint at which SDKs find the credentials of a container (AWS SDKs and Tools Reference Guide, "Container credential provider"): what is
 * alike for tasks and pods. Not listening yet: the caller binds it and closes it.
 */
export function createContainerEndpoint({ hosts: listed, answer }: ContainerEndpointOptions): Server {
  const hosts = new Set(listed);
  const limits = {
    maxHeaderSize: headLimitBytes,
    headersTimeout: headTimeoutMs,
    requestTimeout: headTimeoutMs,
  };

  async function reply({ headersDistinct: headers, method, url }: IncomingMessage): Promise<Reply> {
    const [host, ...otherHosts] = headers.host ?? [];
    if (host === undefined || otherHosts.length > 0 || !matchHost(host, hosts))
      return refuse(403, 'AccessDenied', 'This host is not served here.');
    if (headers['x-forwarded-for'] !== undefined)
      return refuse(403, 'AccessDenied', 'Requests that were forwarded are not answered.');
    if (url !== path) return refuse(404, 'NotFound', `There is nothing but ${path}.`);
    if (method !== 'GET') return refuse(405, 'MethodNotAllowed', 'Only GET is answered.');
    const [token, ...otherTokens] = headers.authorization ?? [];
    return await answer(otherTokens.length > 0 ? undefined : token);
  }

  return createServer(limits, (request, response) => {
    // No path takes a body: what a client sends all the same is read off and forgotten.
    request.resume();
    reply(request).then(
      (done) => write(response, done),
      () => write(response, refuse(500, 'InternalFailure', 'The request failed.')),
    );
  });
}

export function refuse(status: number, code: string, message: string): Reply {
  return { status, body: { code, message } };
}

/** Credentials as SDKs read them, and whose they are. */
export function handOut(
  issued: IssuedCredentials,
  { account, roleArn }: { readonly account: string | undefined; readonly roleArn?: string },
): Reply {
  return {
    status: 200,
    body: {
      ...(roleArn === undefined ? {} : { RoleArn: roleArn }),
      AccessKeyId: issued.accessKeyId,
      SecretAccessKey: issued.secretAccessKey,
      Token: issued.sessionToken,
      Expiration: formatIsoSeconds(issued.expiresAt),
      AccountId: account,
    },
  };
}

function write(response: ServerResponse, { status, body }: Reply): void {
  const text = JSON.stringify(body);
  response
    .writeHead(status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      'cache-control': 'no-store',
    })
    .end(text);
}
