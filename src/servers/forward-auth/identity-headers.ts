import { percentEncode } from '#core/text';
import type { Verified } from '#servers/authorizer';
import type { CallerDescription } from '#services/operation';

/** What the backend is told of the caller. The proxy must pass on these and no others of the name. */
export const identityHeaderNames = [
  'x-brevet-principal-arn',
  'x-brevet-principal-account',
  'x-brevet-user-id',
  'x-brevet-access-key-id',
  'x-brevet-session-name',
  'x-brevet-source-identity',
  'x-brevet-tags',
  'x-brevet-content-sha256',
] as const;

/** Stands for what the caller does not have. No header is ever left out: a proxy could then let the client's own one pass. */
const none = '-';

/** Names and values by turns, for as long as a description is known. */
const encoded = new WeakMap<CallerDescription, readonly string[]>();

/** Who is calling, as header names and values by turns. `emptySha256` stands for a body that was not declared. */
export function identityHeaders({ caller, signature }: Verified, emptySha256: string): string[] {
  let known = encoded.get(caller);
  if (known === undefined) {
    known = describe(caller);
    encoded.set(caller, known);
  }
  return [...known, 'x-brevet-content-sha256', signature.contentSha256 ?? emptySha256];
}

function describe({
  arn,
  account,
  accessKeyId,
  sessionName,
  sourceIdentity,
  tags,
  context,
}: CallerDescription): readonly string[] {
  const userId = context['aws:userid'];
  const pairs = Object.entries(tags).map(([key, value]) => `${encode(key)}=${encode(value)}`);
  return [
    ...['x-brevet-principal-arn', encodeValue(arn)],
    ...['x-brevet-principal-account', encodeValue(account)],
    ...['x-brevet-user-id', typeof userId === 'string' ? encodeValue(userId) : none],
    ...['x-brevet-access-key-id', encodeValue(accessKeyId)],
    ...['x-brevet-session-name', sessionName === undefined ? none : encodeValue(sessionName)],
    ...['x-brevet-source-identity', sourceIdentity === undefined ? none : encodeValue(sourceIdentity)],
    ...['x-brevet-tags', pairs.length === 0 ? none : pairs.join('&')],
  ];
}

/**
 * A value that can stand in any header: printable ASCII as it is, everything else and `%` percent-encoded as UTF-8, so that no value can
 * end the header and begin another, and every reader sees the same characters.
 */
export function encodeValue(value: string): string {
  if (/^[!-$&-~]*$/.test(value)) return value;
  return value.toWellFormed().replace(/[^!-$&-~]+/gu, (part) => encode(part));
}

function encode(text: string): string {
  return percentEncode(text.toWellFormed());
}
