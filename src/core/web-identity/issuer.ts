/** Where the issuers of an installation are reached. */
export type IssuerOrigin =
  | { readonly kind: 'hosts'; readonly domain: string; readonly port: string }
  | { readonly kind: 'paths'; readonly base: string };

export type DocumentName = 'openid-configuration' | 'jwks.json';

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
const inPath = new RegExp(`^/outbound/(${uuid})/\\.well-known/(openid-configuration|jwks\\.json)$`);
const inHost = new RegExp(`^(${uuid})\\.tokens\\.sts\\.(.+)$`);
const underHost = /^\/\.well-known\/(openid-configuration|jwks\.json)$/;

/**
 * With a domain and TLS every issuer is a host, as AWS's are; else a path below the URL at which the service is reached.
 * `publicUrl` has no slash at its end.
 */
export function issuerOrigin(publicUrl: string, domain: string | undefined): IssuerOrigin {
  const { protocol, port } = new URL(publicUrl);
  return domain !== undefined && protocol === 'https:'
    ? { kind: 'hosts', domain, port: port === '' ? '' : `:${port}` }
    : { kind: 'paths', base: publicUrl };
}

/** The URL of an issuer: the `iss` of its tokens, to the letter. */
export function issuerUrl(origin: IssuerOrigin, id: string): string {
  return origin.kind === 'hosts'
    ? `https://${id}.tokens.sts.${origin.domain}${origin.port}`
    : `${origin.base}/outbound/${id}`;
}

const urlInPath = new RegExp(`^https?://.+/outbound/(${uuid})$`);
const urlOfHost = new RegExp(`^https://(${uuid})\\.tokens\\.sts\\.[^/]+$`);

/** The id in a URL of the form that issuers have, whoever's issuer it is; undefined for any other URL. */
export function issuerIdOf(url: string): string | undefined {
  return urlInPath.exec(url)?.[1] ?? urlOfHost.exec(url)?.[1];
}

/**
 * Which document of which issuer a request names; undefined for every other request.
 * `host` is the Host header, `path` the undecoded path.
 */
export function documentAt(
  host: string,
  path: string,
  domain: string | undefined,
): { readonly issuer: string; readonly document: DocumentName } | undefined {
  const [, id, document] = inPath.exec(path) ?? [];
  if (id !== undefined && document !== undefined) return { issuer: id, document: document as DocumentName };
  const [, hostId, hostDomain] = inHost.exec(host.toLowerCase().replace(/:\d+$/, '')) ?? [];
  const name = underHost.exec(path)?.[1];
  if (hostId === undefined || name === undefined || domain === undefined || hostDomain !== domain)
    return undefined;
  return { issuer: hostId, document: name as DocumentName };
}
