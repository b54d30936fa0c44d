import { FederationError } from './federation-error.ts';
import { parseObject } from './json.ts';

/** Where a provider says what it is (OpenID Connect Discovery 1.0 §4). */
export function discoveryUrl(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
}

/**
 * The address of the keys, from a discovery document (OpenID Connect Discovery 1.0 §4.3). Its issuer must be the one that was asked,
 * letter by letter: else one provider could speak for another. Throws FederationError.
 */
export function parseDiscovery(source: string | Uint8Array, issuer: string): string {
  const document = parseObject(source);
  if (document === undefined) throw unusable('it is not a JSON object');
  if (document.issuer !== issuer) throw unusable('it names another issuer');
  const uri = document.jwks_uri;
  if (typeof uri !== 'string' || !URL.canParse(uri) || new URL(uri).protocol !== 'https:') {
    throw unusable('its jwks_uri is not an https URL');
  }
  return uri;
}

function unusable(why: string): FederationError {
  return new FederationError(
    'IDPCommunicationError',
    `The discovery document of the identity provider cannot be used: ${why}.`,
  );
}
