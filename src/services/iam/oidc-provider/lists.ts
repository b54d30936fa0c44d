import { fault, limitExceeded } from '#wire/faults';
import { quotas } from '../base/quotas.ts';

/** The thumbprints of a request: SHA-1 of certificates, hexadecimal, kept in lower case. Throws InvalidInput. */
export function readThumbprints(thumbprints: readonly string[] | undefined): readonly string[] {
  const list = thumbprints ?? [];
  if (list.length > quotas.ThumbprintsPerOpenIdConnectProvider) {
    throw fault('InvalidInput', 'Thumbprint list must contain fewer than 5 entries.');
  }
  if (!list.every((thumbprint) => /^[0-9a-f]{40}$/i.test(thumbprint))) {
    throw fault('InvalidInput', 'Thumbprints must be 40 hexadecimal digits.');
  }
  return [...new Set(list.map((thumbprint) => thumbprint.toLowerCase()))];
}

/** The client ids of a request, each once. Throws LimitExceeded. */
export function readClientIds(clientIds: readonly string[] | undefined): readonly string[] {
  const list = [...new Set(clientIds)];
  const limit = quotas.ClientIdsPerOpenIdConnectProvider;
  if (list.length > limit) throw limitExceeded('ClientIdsPerOpenIdConnectProvider', limit);
  return list;
}
