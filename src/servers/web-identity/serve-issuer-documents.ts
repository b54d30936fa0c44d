import { discoveryDocument, documentAt, jwksDocument } from '#core/web-identity';
import { header, type WireRequest, type WireResponse } from '#pipeline';
import type { IdentityState } from '#stores/identity';

export interface IssuerDocumentOptions {
  readonly state: IdentityState;
  readonly domain: string | undefined;
  readonly issuerUrl: (id: string) => string;
}

/**
 * Far less than the time for which keys are published before they sign (RFC 9111 §5.2.2).
 * Pages of other origins may read what is public anyway.
 */
const documentHeaders = {
  'content-type': 'application/json',
  'cache-control': 'public, max-age=3600',
  'access-control-allow-origin': '*',
  'x-content-type-options': 'nosniff',
};

/** The answer to a request for a document of an issuer; undefined for requests that are for something else. */
export function serveIssuerDocuments(
  request: WireRequest,
  options: IssuerDocumentOptions,
): WireResponse | undefined {
  const [path = ''] = request.target.split('?', 1);
  const asked = documentAt(header(request, 'host') ?? '', path, options.domain);
  if (asked === undefined) return undefined;
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return { status: 405, headers: { allow: 'GET, HEAD' }, body: '' };
  }
  const issuer = options.state.all('web-identity-issuer').get(asked.issuer);
  if (issuer === undefined) return { status: 404, headers: {}, body: '' };
  const document =
    asked.document === 'jwks.json'
      ? jwksDocument(issuer.keySets)
      : discoveryDocument(options.issuerUrl(issuer.id));
  return { status: 200, headers: documentHeaders, body: JSON.stringify(document) };
}
