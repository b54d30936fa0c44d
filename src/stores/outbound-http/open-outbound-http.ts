import { createHash } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import {
  type ConnectionOptions,
  connect,
  createSecureContext,
  type DetailedPeerCertificate,
  getCACertificates,
  type SecureContext,
} from 'node:tls';
import type { AddressGuard } from './address-guard.ts';
import { type OutboundHttp, OutboundHttpError, type OutboundRequest } from './outbound-http.ts';

/** Finds the addresses of a host. */
export type ResolveHost = (host: string) => Promise<readonly string[]>;

export interface OutboundOptions {
  readonly guard: AddressGuard;
  /** Certificate authorities in PEM, besides those of the runtime. */
  readonly authorities: readonly string[];
  /** The system's resolver unless a test owns names. */
  readonly resolve?: ResolveHost;
  /** For one document, redirects and all. */
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
}

const defaultTimeoutMs = 5000;
const defaultMaxBytes = 512 * 1024;
const maxRedirects = 2;

/** Certificates that no known authority vouches for, the only trouble that a thumbprint can mend. */
const withoutAuthority: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Where a connection goes: the addresses were resolved once and every one of them was let through. */
interface Place {
  readonly url: URL;
  readonly addresses: readonly string[];
  readonly signal: AbortSignal;
}

interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: Uint8Array;
}

/** The engine over the network. */
export function openOutboundHttp(options: OutboundOptions): OutboundHttp {
  const { guard, resolve = resolveHost, timeoutMs = defaultTimeoutMs, maxBytes = defaultMaxBytes } = options;
  const known = [...getCACertificates('default'), ...getCACertificates('system'), ...options.authorities];
  const trust = trustIn([...new Set(known)]);

  const locate = async (url: URL, signal: AbortSignal): Promise<Place> => {
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const found = isIP(host) === 0 ? await unlessAborted(resolve(host), signal) : [host];
    const addresses = found.filter(guard);
    if (addresses.length === 0) {
      throw found.length === 0
        ? new OutboundHttpError('Unreachable', 'its host has no address')
        : new OutboundHttpError('Refused', 'its address is not one that the settings let Brevet call');
    }
    return { url, addresses, signal };
  };

  const fetchTrusted = async (
    place: Place,
    { thumbprints, authorities, authorization }: OutboundRequest,
  ): Promise<Answer> => {
    try {
      return await fetchOnce(
        place,
        authorities === undefined ? trust : trustIn(authorities),
        maxBytes,
        authorization,
      );
    } catch (error) {
      if (!withoutAuthority.has(codeOf(error)) || thumbprints.length === 0) throw error;
    }
    const pinned = await readPinned(place, thumbprints);
    if (pinned.length === 0) {
      throw new OutboundHttpError(
        'ThumbprintMismatch',
        'its certificate does not match a configured thumbprint',
      );
    }
    return await fetchOnce(place, trustIn(pinned), maxBytes, authorization);
  };

  const fetchDocument = async (request: OutboundRequest, signal: AbortSignal): Promise<Uint8Array> => {
    const origin = new URL(request.url);
    let url = origin;
    for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
      if (url.protocol !== 'https:' || url.username !== '' || url.password !== '') {
        throw new OutboundHttpError('Refused', 'its URL is not a plain https one');
      }
      if (url.origin !== origin.origin) {
        throw new OutboundHttpError('Refused', 'it redirects to another host');
      }
      const { status, location, body } = await fetchTrusted(await locate(url, signal), request);
      if (status === 200) return body;
      if (
        ![301, 302, 303, 307, 308].includes(status) ||
        location === undefined ||
        !URL.canParse(location, url.href)
      ) {
        throw new OutboundHttpError('Unusable', `it answers with status ${status}`);
      }
      url = new URL(location, url);
    }
    throw new OutboundHttpError('Refused', 'it redirects too often');
  };

  return {
    async get(request) {
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        return await fetchDocument(request, signal);
      } catch (error) {
        throw toOutboundError(error, signal);
      }
    },
  };
}

async function resolveHost(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function trustIn(authorities: readonly string[]): SecureContext {
  // Partial chains, since a thumbprint may be that of an intermediate certificate.
  return createSecureContext({ ca: [...authorities], allowPartialTrustChain: true, minVersion: 'TLSv1.2' });
}

/**
 * What every connection is made with. INVARIANT: the resolver is not asked again, so the address that was checked is the one connected to,
 * whatever the name means by then.
 */
function connectionTo({ url, addresses }: Place, secureContext: SecureContext): ConnectionOptions {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const checked = addresses.map((address) => ({ address, family: isIP(address) }));
  const lookupChecked: LookupFunction = (_host, { all }, done) => {
    const [first] = checked;
    if (all === true || first === undefined) done(null, checked);
    else done(null, first.address, first.family);
  };
  return {
    host,
    port: url.port === '' ? 443 : Number(url.port),
    lookup: lookupChecked,
    secureContext,
    ...(isIP(host) === 0 ? { servername: host } : {}),
  };
}

function fetchOnce(
  place: Place,
  trust: SecureContext,
  maxBytes: number,
  authorization: string | undefined,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = httpsRequest(
      {
        createConnection: () => connect(connectionTo(place, trust)),
        method: 'GET',
        path: `${place.url.pathname}${place.url.search}`,
        headers: {
          host: place.url.host,
          accept: 'application/json',
          'user-agent': 'brevet',
          ...(authorization === undefined ? {} : { authorization }),
          connection: 'close',
        },
        signal: place.signal,
      },
      (incoming) => {
        readBody(incoming, maxBytes).then((body) => {
          resolve({ status: incoming.statusCode ?? 0, location: incoming.headers.location, body });
        }, reject);
      },
    );
    outgoing.once('error', reject);
    outgoing.end();
  });
}

async function readBody(incoming: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const encoding = incoming.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    incoming.destroy();
    throw new OutboundHttpError('Unusable', 'it answers in an encoding that was not asked for');
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > maxBytes) {
      incoming.destroy();
      throw new OutboundHttpError('Unusable', `it answers with more than ${maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * The certificates a server shows that have one of the thumbprints. Nothing is sent to it and nothing else is believed: they only become
 * the authorities of a second connection, which verifies the whole chain, its dates and the host's name.
 */
function readPinned(place: Place, thumbprints: readonly string[]): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...connectionTo(place, trustIn([])), rejectUnauthorized: false }, () => {
      const shown = listChain(socket.getPeerCertificate(true));
      socket.destroy();
      resolve(
        shown.filter((raw) => thumbprints.includes(createHash('sha1').update(raw).digest('hex'))).map(toPem),
      );
    });
    const abort = (): void => {
      socket.destroy(new Error('too slow'));
    };
    place.signal.addEventListener('abort', abort, { once: true });
    socket.once('close', () => place.signal.removeEventListener('abort', abort));
    socket.once('error', reject);
    if (place.signal.aborted) abort();
  });
}

function listChain(leaf: DetailedPeerCertificate): readonly Uint8Array[] {
  const shown = new Map<string, Uint8Array>();
  let next: DetailedPeerCertificate | undefined = leaf;
  while (next?.raw !== undefined && !shown.has(next.fingerprint256)) {
    shown.set(next.fingerprint256, next.raw);
    next = next.issuerCertificate;
  }
  return [...shown.values()];
}

function toPem(certificate: Uint8Array): string {
  const lines =
    Buffer.from(certificate)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function toOutboundError(error: unknown, signal: AbortSignal): OutboundHttpError {
  if (error instanceof OutboundHttpError) return error;
  if (signal.aborted)
    return new OutboundHttpError('Unreachable', 'it does not answer in time', { cause: error });
  const code = codeOf(error);
  return withoutAuthority.has(code) || code.startsWith('CERT_') || code.startsWith('ERR_TLS_')
    ? new OutboundHttpError('Untrusted', 'its certificate cannot be verified', { cause: error })
    : new OutboundHttpError('Unreachable', 'it cannot be reached', { cause: error });
}
