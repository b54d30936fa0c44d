import { createUuid, type RandomBytes } from '#core/identifiers';
import type { Clock } from '#core/time';
import { discoveryDocument, documentAt, jwksDocument } from '#core/web-identity';
import { type Answered, header, type WireRequest, type WireResponse } from '#pipeline';
import type { IdentityState } from '#stores/identity';

export interface IssuerDocumentOptions {
  readonly state: IdentityState;
  readonly domain: string | undefined;
  readonly issuerUrl: (id: string) => string;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Told of every request once it is answered. */
  readonly onAnswered: (answered: Answered) => void;
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

/** Answers requests for documents of issuers; undefined for requests that are for something else. */
export function createIssuerDocuments(
  options: IssuerDocumentOptions,
): (request: WireRequest) => WireResponse | undefined {
  const { clock, random, domain, state } = options;
  return (request) => {
    const [path = ''] = request.target.split('?', 1);
    const asked = documentAt(header(request, 'host') ?? '', path, domain);
    if (asked === undefined) return undefined;
    const answered = (response: WireResponse, refusal?: string): WireResponse => {
      options.onAnswered({
        ...{ requestId: createUuid(random), receivedAt: clock(), service: 'web-identity' },
        ...{
          operation: asked.document,
          status: response.status,
          ...(refusal === undefined ? {} : { refusal }),
        },
        ...{ authenticated: undefined, fault: undefined, cause: undefined, encodedMessage: undefined },
      });
      return response;
    };
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return answered({ status: 405, headers: { allow: 'GET, HEAD' }, body: '' }, 'MethodNotAllowed');
    const issuer = state.all('web-identity-issuer').get(asked.issuer);
    if (issuer === undefined) return answered({ status: 404, headers: {}, body: '' }, 'NoSuchIssuer');
    const document =
      asked.document === 'jwks.json'
        ? jwksDocument(issuer.keySets)
        : discoveryDocument(options.issuerUrl(issuer.id));
    return answered({ status: 200, headers: documentHeaders, body: JSON.stringify(document) });
  };
}
