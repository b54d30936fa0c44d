import { parseSamlMetadata } from '#core/federation';
import type { Instant } from '#core/time';
import type { SamlProviderDocument } from '#stores/identity';
import { fault, limitExceeded } from '#wire/faults';
import { quotas } from '../base/quotas.ts';

/** What AWS shows where a provider's metadata names no end: a hundred years. */
const endlessMs = 100 * 365 * 86_400_000;

/** What is kept of a provider's metadata. Throws InvalidInput for a document that is none, LimitExceeded for one with too many keys. */
export function readMetadata(
  text: string,
  now: Instant,
): Pick<SamlProviderDocument, 'metadata' | 'entityId' | 'signingKeys' | 'validUntil'> {
  const metadata = text.startsWith('\ufeff') ? undefined : parseSamlMetadata(text);
  if (metadata === undefined) throw fault('InvalidInput', 'Could not parse metadata');
  const limit = quotas.KeysPerSAMLProvider;
  if (metadata.keys.length > limit) throw limitExceeded('KeysPerSAMLProvider', limit);
  return {
    metadata: text,
    entityId: metadata.entityId,
    signingKeys: metadata.keys.map((key) => key.export({ type: 'spki', format: 'der' }).toString('base64')),
    validUntil: metadata.validUntil ?? now + endlessMs,
  };
}
