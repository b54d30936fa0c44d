import type { SignedRequest } from '#core/sigv4';
import { Refusal } from '#servers/authorizer';

/**
 * How the proxy says what the original request was: in headers that it sets, or, as Envoy does, by sending the request itself without
 * its body.
 */
export type ProxyForm = 'headers' | 'envoy';

/** The request as the client sent it to the proxy. */
export interface OriginalRequest extends SignedRequest {
  /** Whether the proxy said that it has a body. Not every proxy says so. */
  readonly hasBody: boolean;
}

/** Of these there may be one at most: of two, the proxy's and the client's, nobody could say which is which. */
const single: ReadonlySet<string> = new Set([
  'host',
  'authorization',
  'x-original-method',
  'x-original-uri',
  'x-original-content-length',
  'x-forwarded-method',
  'x-forwarded-uri',
  'x-forwarded-host',
]);

/**
 * Says what the original request was; undefined when nothing says so. Throws Refusal 403 for whatever a client may have made up.
 *
 * A client can send every header that the proxy sends. What keeps its own from counting:
 * - A proxy that sets a header replaces the client's. So the pair that this proxy sets is always there, and true.
 * - The pair that this proxy does not set may be the client's. Both pairs present must therefore agree, or the client would choose which
 *   request is verified while another one is served.
 * - Half a pair is a proxy that is set up wrongly, or a client trying one; it is refused rather than filled up with a guess.
 * - Envoy sends the original in the request line, and sets none of the headers: there they can only be the client's.
 * - `X-Brevet-…` is what this door says to the backend. A client that sends one hopes that some proxy forgets to replace it.
 */
export function readOriginal(request: SignedRequest, proxy: ProxyForm): OriginalRequest | undefined {
  const found = readHeaders(request.rawHeaders);
  if (proxy === 'envoy') {
    for (const name of found.keys())
      if (name.startsWith('x-original-') || name.startsWith('x-forwarded-')) throw refuse(`it has ${name}`);
    return original(request.method, request.target, request.rawHeaders, found, undefined);
  }
  const nginx = pair(found, 'x-original-method', 'x-original-uri');
  const caddy = pair(found, 'x-forwarded-method', 'x-forwarded-uri');
  const forwardedHost = found.get('x-forwarded-host');
  if (nginx === undefined && caddy === undefined) {
    if (forwardedHost !== undefined || found.has('x-original-content-length'))
      throw refuse('what it says of the original is not whole');
    return undefined;
  }
  if (caddy === undefined) {
    if (forwardedHost !== undefined) throw refuse('x-forwarded-host is there without its companions');
    return original(nginx?.method ?? '', nginx?.target ?? '', request.rawHeaders, found, undefined);
  }
  if (forwardedHost === undefined) throw refuse('x-forwarded-host is not there');
  if (nginx === undefined)
    return original(caddy.method, caddy.target, request.rawHeaders, found, forwardedHost);
  if (nginx.method !== caddy.method || nginx.target !== caddy.target || forwardedHost !== found.get('host'))
    throw refuse('its headers disagree on what the original was');
  return original(nginx.method, nginx.target, request.rawHeaders, found, undefined);
}

function refuse(reason: string): Refusal {
  return new Refusal(
    403,
    'OriginalRequestRefused',
    `The request cannot be told from a made-up one: ${reason}.`,
  );
}

/** The headers that have a say here, by name in lower case. */
function readHeaders(rawHeaders: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    if (name.startsWith('x-brevet-')) throw refuse(`it has ${name}`);
    if (!single.has(name)) {
      if (name === 'content-length' || name === 'transfer-encoding')
        found.set(name, rawHeaders[index + 1] ?? '');
      continue;
    }
    if (found.has(name)) throw refuse(`it has ${name} more than once`);
    found.set(name, rawHeaders[index + 1] ?? '');
  }
  return found;
}

function pair(
  found: ReadonlyMap<string, string>,
  methodName: string,
  targetName: string,
): { readonly method: string; readonly target: string } | undefined {
  const method = found.get(methodName);
  const target = found.get(targetName);
  if (method === undefined && target === undefined) return undefined;
  if (method === undefined) throw refuse(`${methodName} is not there`);
  if (target === undefined) throw refuse(`${targetName} is not there`);
  return { method, target };
}

function original(
  method: string,
  target: string,
  rawHeaders: readonly string[],
  found: ReadonlyMap<string, string>,
  host: string | undefined,
): OriginalRequest {
  // Policies name methods in capitals, and some servers take others for the same.
  if (!/^[A-Z][A-Z-]{0,31}$/.test(method)) throw refuse('the method is none');
  if (!target.startsWith('/')) throw refuse('the target is not a path');
  const length = found.get('x-original-content-length');
  const hasBody =
    found.has('transfer-encoding') || (length ?? found.get('content-length') ?? '0').trim() !== '0';
  if (host === undefined && length === undefined) return { method, target, rawHeaders, hasBody };
  const replaced = rawHeaders.filter((_, index) => {
    const name = (rawHeaders[index - (index % 2)] ?? '').toLowerCase();
    return !((host !== undefined && name === 'host') || (length !== undefined && name === 'content-length'));
  });
  if (host !== undefined) replaced.push('host', host);
  if (length !== undefined) replaced.push('content-length', length);
  return { method, target, rawHeaders: replaced, hasBody };
}
