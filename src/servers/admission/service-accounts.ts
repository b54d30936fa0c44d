import type { Clock, Instant } from '#core/time';
import type { OutboundHttp } from '#stores/outbound-http';
import { type Fields, fieldsAt, isFields } from './json.ts';

export interface ServiceAccountsOptions {
  readonly http: OutboundHttp;
  /** The API server: `https://10.96.0.1:443`. */
  readonly url: string;
  /** Certificate authorities in PEM that alone may vouch for it. */
  readonly authorities: readonly string[];
  /** The webhook's own token; asked for at each call, since the kubelet replaces it. */
  readonly token: () => Promise<string>;
  readonly clock: Clock;
}

/** The annotations of a service account. Rejects when they cannot be had. */
export type FindAnnotations = (namespace: string, name: string) => Promise<Fields>;

interface Entry {
  readonly annotations: Promise<Fields>;
  readonly readAt: Instant;
}

/** A rollout makes many pods of one service account at once; a new annotation is to count soon. */
const freshMs = 5000;
const mostEntries = 10_000;
const namePattern = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

/**
 * Service accounts as the API server has them (Kubernetes API Reference, "ServiceAccount"), each kept for a few seconds; what fails is not kept.
 */
export function createServiceAccounts(options: ServiceAccountsOptions): FindAnnotations {
  const { http, url, authorities, token, clock } = options;
  const entries = new Map<string, Entry>();

  async function read(namespace: string, name: string): Promise<Fields> {
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}`;
    const body = await http.get({
      url: new URL(path, url).href,
      thumbprints: [],
      authorities,
      authorization: `Bearer ${await token()}`,
    });
    const found: unknown = JSON.parse(Buffer.from(body).toString());
    if (!isFields(found) || found.kind !== 'ServiceAccount')
      throw new Error('the answer is no service account');
    return fieldsAt(fieldsAt(found, 'metadata'), 'annotations');
  }

  return async (namespace, name) => {
    if (!namePattern.test(namespace) || !namePattern.test(name))
      throw new Error('no service account has such a name');
    const key = `${namespace}/${name}`;
    const known = entries.get(key);
    if (known !== undefined && clock() - known.readAt < freshMs) return await known.annotations;
    const annotations = read(namespace, name);
    const entry = { annotations, readAt: clock() };
    entries.delete(key);
    entries.set(key, entry);
    const oldest = entries.keys().next();
    if (entries.size > mostEntries && oldest.done !== true) entries.delete(oldest.value);
    annotations.catch(() => {
      if (entries.get(key) === entry) entries.delete(key);
    });
    return await annotations;
  };
}
