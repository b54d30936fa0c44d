import { hashBody, type SigningCredentials, signRequest } from '#core/sigv4';
import type { Clock } from '#core/time';

/** The service elsewhere that a door obtains credentials from, and as whom it asks. */
export interface RemoteIssuer {
  /** Its endpoint: `https://sts.example.com`. */
  readonly url: string;
  /** The host's own credentials; asked for at each call, so that they may be temporary. */
  readonly credentials: () => Promise<SigningCredentials>;
  readonly region: string;
  readonly clock: Clock;
}

interface Answer {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: Headers;
  /** What the body is in JSON. */
  readonly json: unknown;
}

const timeoutMs = 5000;
const longestAnswerChars = 100_000;

/** Posts to the service, signed, and reads the answer. Redirections are not followed. Rejects when there is no answer in JSON. */
export async function postSigned(
  issuer: RemoteIssuer,
  request: {
    readonly service: string;
    readonly path: string;
    readonly contentType: string;
    readonly body: string;
  },
): Promise<Answer> {
  const { contentType, body } = request;
  const url = new URL(request.path, issuer.url);
  const { rawHeaders } = signRequest(
    {
      method: 'POST',
      target: url.pathname,
      rawHeaders: ['host', url.host, 'content-type', contentType, 'accept', 'application/json'],
      bodySha256: hashBody(Buffer.from(body)),
    },
    {
      credentials: await issuer.credentials(),
      region: issuer.region,
      service: request.service,
      now: issuer.clock(),
    },
  );
  return await post(url, rawHeaders, body);
}

/** Posts what is signed already; `rawHeaders` begin with the host. */
export async function post(url: URL, rawHeaders: readonly string[], body: string): Promise<Answer> {
  const headers: [string, string][] = [];
  for (let index = 2; index + 1 < rawHeaders.length; index += 2)
    headers.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '']);
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' });
  const text = await response.text();
  if (text.length > longestAnswerChars) throw new Error('the answer of the issuer is too long');
  return {
    ok: response.ok,
    status: response.status,
    headers: response.headers,
    json: JSON.parse(text) as unknown,
  };
}

/** What is at a path of an answer; undefined when there is nothing. */
export function valueAt(value: unknown, ...path: readonly (string | number)[]): unknown {
  let found = value;
  for (const name of path)
    found =
      typeof found === 'object' && found !== null
        ? (found as Readonly<Record<string | number, unknown>>)[name]
        : undefined;
  return found;
}

export function textAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const found = valueAt(value, ...path);
  return typeof found === 'string' ? found : undefined;
}
