import { type CopySource, parseCopySource } from './copy-source.ts';
import type { S3OperationShape } from './generated/operations.ts';
import { groupHeaders, selectHeaders, sortQuery } from './headers.ts';
import { type S3OperationName, s3OperationNames, s3Operations, subresourceNames } from './operations.ts';
import { S3RequestError } from './s3-error.ts';
import { encodeTagging, parseTagging } from './tags.ts';
import {
  checkBucket,
  checkKey,
  checkPrefix,
  decodeEscapes,
  type EmptySegments,
  parseQuery,
  splitTarget,
} from './target.ts';

/** A request as the wire carried it. */
export interface S3WireRequest {
  readonly method: string;
  /** The raw request target: path and query, undecoded. */
  readonly target: string;
  /** Names and values by turns, duplicates and order kept. */
  readonly rawHeaders: readonly string[];
  /** The `Host` header. */
  readonly host: string;
}

export interface S3RequestOptions {
  /** The gateway's own domain: `BUCKET.DOMAIN` names a bucket, every other host none. */
  readonly domain?: string;
  /** Whether the store is known to keep `a//b` apart from `a/b`; `refuse` when left out. */
  readonly emptySegments?: EmptySegments;
}

/** What a request means. Whatever is decided about it and whatever is fetched for it comes from here alone. */
export interface S3Request {
  readonly operation: S3OperationName;
  readonly method: string;
  readonly bucket?: string;
  /** Decoded once; never empty. */
  readonly key?: string;
  readonly style: 'path' | 'virtual-host';
  /** Decoded parameters that the operation knows, each once; nothing of a signature. */
  readonly query: ReadonlyMap<string, string>;
  /** Headers that the operation knows, lower-case, whether sent as headers or as `x-amz-…` parameters of a presigned URL. */
  readonly headers: ReadonlyMap<string, string>;
  /** What a copy reads. */
  readonly copySource?: CopySource;
  /** The tags of `x-amz-tagging`. */
  readonly tags?: ReadonlyMap<string, string>;
}

/** Headers that turn a plain upload into another operation. */
const selectingHeaders = ['x-amz-copy-source', 'x-amz-rename-source'];

/**
 * Reads what an S3 request means, in path style or virtual-host style (Amazon S3 API Reference, "Operations"; User Guide, "Virtual hosting
 * of general purpose buckets"). Throws S3RequestError for a request that could be understood in two ways, or in none.
 */
export function parseS3Request(wire: S3WireRequest, options: S3RequestOptions = {}): S3Request {
  const { emptySegments = 'refuse' } = options;
  const { path, query: queryText } = splitTarget(wire.target);
  const groups = groupHeaders(wire.rawHeaders);
  if ((groups.get('host') ?? []).length > 1) {
    throw new S3RequestError('InvalidRequest', 'The request has more than one Host header.');
  }
  const { bucket, key, style } = splitPath(path, bucketOfHost(wire.host, options.domain));
  if (bucket !== undefined) checkBucket(bucket);
  if (key !== undefined) checkKey(key, emptySegments);
  const { parameters, hoisted } = sortQuery(parseQuery(queryText));
  const place = bucket === undefined ? 'service' : key === undefined ? 'bucket' : 'object';
  const selectors = selectingHeaders.filter((name) => groups.has(name) || hoisted.has(name));
  const isForm = /^multipart\/form-data *(?:;|$)/i.test(groups.get('content-type')?.[0] ?? '');
  const operation = recognise(wire.method, place, parameters, selectors, isForm);
  checkParameters(operation, parameters, emptySegments);
  const headers = new Map(selectHeaders(s3Operations[operation].headers, groups, hoisted));
  for (const name of s3Operations[operation].requiredHeaders) {
    if (!headers.has(name)) {
      throw new S3RequestError('InvalidRequest', `Missing required header for this request: ${name}`);
    }
  }
  const source = headers.get('x-amz-copy-source');
  const copySource = source === undefined ? undefined : parseCopySource(source, emptySegments);
  if (copySource !== undefined) headers.set('x-amz-copy-source', copySource.header);
  const tagging = headers.get('x-amz-tagging');
  const tags = tagging === undefined ? undefined : parseTagging(tagging);
  if (tags !== undefined) headers.set('x-amz-tagging', encodeTagging(tags));
  return {
    operation,
    method: wire.method,
    ...(bucket === undefined ? {} : { bucket }),
    ...(key === undefined ? {} : { key }),
    style,
    query: parameters,
    headers,
    ...(copySource === undefined ? {} : { copySource }),
    ...(tags === undefined ? {} : { tags }),
  };
}

/** The bucket that a host names, if it names one. */
function bucketOfHost(host: string, domain: string | undefined): string | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+?)\.?(?::\d{1,5})?$/i.exec(host);
  if (match === null) throw new S3RequestError('InvalidURI', 'The Host header is not valid.');
  const name = (match[1] ?? '').toLowerCase();
  const suffix = `.${domain?.toLowerCase() ?? ''}`;
  return domain !== undefined && name.endsWith(suffix) ? name.slice(0, -suffix.length) : undefined;
}

type Address = Pick<S3Request, 'bucket' | 'key' | 'style'>;

function splitPath(path: string, hostBucket: string | undefined): Address {
  if (hostBucket !== undefined) {
    const key = decodeEscapes(path.slice(1));
    return { bucket: hostBucket, ...(key === '' ? {} : { key }), style: 'virtual-host' };
  }
  if (path === '/') return { style: 'path' };
  // Parted before it is decoded: an escaped slash is no end of the bucket's name, and no name may have one.
  const slash = path.indexOf('/', 1);
  const bucket = decodeEscapes(slash < 0 ? path.slice(1) : path.slice(1, slash));
  const key = slash < 0 ? '' : decodeEscapes(path.slice(slash + 1));
  return { bucket, ...(key === '' ? {} : { key }), style: 'path' };
}

/**
 * The one operation that a request is. A candidate has the method and the place, all parameters and headers that it must have, and knows
 * every parameter of the request. Of several, the one that must have most is meant: `?list-type=2` is no plain listing.
 */
function recognise(
  method: string,
  place: S3OperationShape['place'],
  parameters: ReadonlyMap<string, string>,
  selectors: readonly string[],
  isForm: boolean,
): S3OperationName {
  if (method === 'POST' && place === 'bucket' && isForm && parameters.size === 0) return 'PostObject';
  const named = [...parameters.keys()].filter((name) => subresourceNames.has(name));
  let found: S3OperationName | undefined;
  let foundWeight = -1;
  for (const name of s3OperationNames) {
    const shape = s3Operations[name];
    if (name === 'PostObject' || shape.method !== method || shape.place !== place) continue;
    if (!matchShape(shape, parameters, selectors)) continue;
    const weight = requirementsOf(shape).length + selectors.length;
    if (weight > foundWeight) {
      found = name;
      foundWeight = weight;
    }
  }
  if (found !== undefined) return found;
  throw explainUnknown(method, place, [...parameters.keys()], named, selectors);
}

function matchShape(
  shape: S3OperationShape,
  parameters: ReadonlyMap<string, string>,
  selectors: readonly string[],
): boolean {
  const needs = shape.requiredHeaders.filter((name) => selectingHeaders.includes(name));
  return (
    Object.entries(shape.subresources).every(([name, value]) => parameters.get(name) === value) &&
    shape.requiredQuery.every((name) => parameters.has(name)) &&
    [...parameters.keys()].every(
      (name) => Object.hasOwn(shape.subresources, name) || shape.query.includes(name),
    ) &&
    needs.every((name) => selectors.includes(name)) &&
    selectors.every((name) => needs.includes(name))
  );
}

function requirementsOf({ subresources, requiredQuery }: S3OperationShape): readonly string[] {
  return [...Object.keys(subresources), ...requiredQuery];
}

function explainUnknown(
  method: string,
  place: S3OperationShape['place'],
  parameters: readonly string[],
  named: readonly string[],
  selectors: readonly string[],
): S3RequestError {
  const all = Object.values(s3Operations);
  const unknown = parameters.find((name) => !all.some((shape) => knows(shape, name)));
  if (unknown !== undefined) {
    return new S3RequestError('NotImplemented', `The query parameter ${unknown} is not implemented.`);
  }
  if (named.length > 1) {
    return new S3RequestError(
      'InvalidArgument',
      `Conflicting query string parameters: ${[...named].sort().join(', ')}`,
      { ArgumentName: 'ResourceType', ArgumentValue: named[0] ?? '' },
    );
  }
  const here = all.filter((shape) => shape.method === method && shape.place === place);
  const isBare = parameters.length === 0 && selectors.length === 0;
  if (isBare || !here.some((shape) => named.every((name) => knows(shape, name)))) {
    return new S3RequestError('MethodNotAllowed', undefined, {
      Method: method,
      ResourceType: place.toUpperCase(),
    });
  }
  return new S3RequestError(
    'InvalidArgument',
    selectors.length > 0
      ? `The request cannot carry ${selectors.join(' and ')}.`
      : 'The query parameters of the request do not go together.',
  );
}

function knows(shape: S3OperationShape, parameter: string): boolean {
  return Object.hasOwn(shape.subresources, parameter) || shape.query.includes(parameter);
}

/** Parameters that decide what is read or written must have a value that every store reads alike. */
function checkParameters(
  operation: S3OperationName,
  parameters: ReadonlyMap<string, string>,
  emptySegments: EmptySegments,
): void {
  for (const [name, value] of parameters) {
    if (value.includes('\0')) throw new S3RequestError('InvalidURI');
    if (emptyRefused.has(name) && value === '') {
      throw invalidArgument(name, value, `The ${name} parameter cannot be the empty string.`);
    }
    const range = numbers[name];
    if (range !== undefined && !isWithin(value, range)) {
      throw invalidArgument(
        name,
        value,
        name === 'partNumber'
          ? 'Part number must be an integer between 1 and 10000, inclusive'
          : `Provided ${name} not an integer or within integer range`,
      );
    }
  }
  const prefix = parameters.get('prefix');
  if (prefix !== undefined && operation !== 'ListBuckets') checkPrefix(prefix, emptySegments);
}

const emptyRefused: ReadonlySet<string> = new Set(['versionId', 'uploadId', 'id']);

const numbers: Readonly<Record<string, readonly [least: number, most: number]>> = {
  partNumber: [1, 10_000],
  'max-keys': [0, 2_147_483_647],
  'max-parts': [0, 2_147_483_647],
  'max-uploads': [0, 2_147_483_647],
  'max-buckets': [1, 10_000],
};

function isWithin(text: string, [least, most]: readonly [number, number]): boolean {
  return /^\d{1,10}$/.test(text) && Number(text) >= least && Number(text) <= most;
}

function invalidArgument(name: string, value: string, message: string): S3RequestError {
  return new S3RequestError('InvalidArgument', message, { ArgumentName: name, ArgumentValue: value });
}
