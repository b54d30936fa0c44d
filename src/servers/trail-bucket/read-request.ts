import { header, type WireRequest } from '#pipeline';

/** What a request wants of a bucket. */
export type Wanted =
  | { readonly kind: 'location'; readonly bucket: string }
  | {
      readonly kind: 'list';
      readonly bucket: string;
      readonly prefix: string;
      readonly marker: string;
      readonly limit: number;
      readonly isUrlEncoded: boolean;
      /** The parameters of the listing as they were given. */
      readonly query: ReadonlyMap<string, string>;
    }
  | { readonly kind: 'object'; readonly bucket: string; readonly key: string };

const mostKeys = 1000;
/** What signatures and SDKs add to any request. */
const anywhere = /^(x-amz-|x-id$)/i;
const ofLists: ReadonlySet<string> = new Set(['prefix', 'marker', 'max-keys', 'encoding-type']);

/**
 * Reads a request in path style, or with the bucket in front of `localhost` or the domain. Undefined for whatever is not built, which is all
 * but GetBucketLocation, ListObjects, GetObject and HeadObject: a parameter that is not known may mean another operation.
 */
export function readRequest(request: WireRequest, domain: string | undefined): Wanted | undefined {
  // By hand: a parser of URLs would make another path of one with dots, and what was signed is this one.
  const mark = request.target.indexOf('?');
  const pathname = mark < 0 ? request.target : request.target.slice(0, mark);
  const searchParams = new URLSearchParams(mark < 0 ? '' : request.target.slice(mark + 1));
  const named = bucketOfHost(header(request, 'host') ?? '', domain);
  const path = decodePath(named === undefined ? pathname.slice(1) : `${named}${pathname}`);
  const slash = path?.indexOf('/') ?? -1;
  if (path === undefined || path === '') return undefined;
  const bucket = slash < 0 ? path : path.slice(0, slash);
  const key = slash < 0 ? '' : path.slice(slash + 1);
  const parameters = [...searchParams.keys()].filter((name) => !anywhere.test(name));
  const isHead = request.method === 'HEAD';
  if (request.method !== 'GET' && !isHead) return undefined;
  if (key !== '') return parameters.length === 0 ? { kind: 'object', bucket, key } : undefined;
  if (isHead) return undefined;
  if (parameters.length === 1 && parameters[0] === 'location') return { kind: 'location', bucket };
  if (!parameters.every((name) => ofLists.has(name))) return undefined;
  const limit = searchParams.get('max-keys') ?? String(mostKeys);
  const encoding = searchParams.get('encoding-type');
  if (!/^[0-9]{1,9}$/.test(limit) || (encoding !== null && encoding !== 'url')) return undefined;
  return {
    kind: 'list',
    bucket,
    prefix: searchParams.get('prefix') ?? '',
    marker: searchParams.get('marker') ?? '',
    limit: Math.min(Number(limit), mostKeys),
    isUrlEncoded: encoding === 'url',
    query: new Map(parameters.map((name) => [name, searchParams.get(name) ?? ''])),
  };
}

function bucketOfHost(host: string, domain: string | undefined): string | undefined {
  const name = host.toLowerCase().replace(/:\d+$/, '');
  const ending = ['localhost', ...(domain === undefined ? [] : [domain])].find((one) =>
    name.endsWith(`.${one}`),
  );
  const bucket = ending === undefined ? undefined : name.slice(0, -ending.length - 1);
  // The service's own names under a domain stand for no bucket.
  return bucket === undefined || /^s3(\.[a-z0-9-]+)?$/.test(bucket) ? undefined : bucket;
}

function decodePath(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
