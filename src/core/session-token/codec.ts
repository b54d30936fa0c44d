import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { type SessionClaims, type SessionTag, SessionTokenError } from './claims.ts';

/** In the order of their numbers in tokens: a new one comes last. */
const kinds = ['assumed-role', 'session-token', 'federated-user', 'root-session', 'assumed-root'] as const;
const rawForm = 0;
const deflatedForm = 1;
/** Below this, compressing costs more than the bytes it saves are worth. */
const deflateFromBytes = 300;
/** Far more than any session can hold within a token; what would grow beyond it was not made here. */
const inflateLimitBytes = 65_536;

/** The claims in a fixed order, the optional ones last, so that a plain session is short. */
function toRow(claims: SessionClaims): unknown[] {
  const row: unknown[] = [
    kinds.indexOf(claims.kind),
    claims.account,
    claims.principalId,
    claims.issuedAt,
    claims.expiresAt,
    claims.region,
    claims.sessionName ?? 0,
    claims.mfaAt ?? 0,
    claims.sourceIdentity ?? 0,
    claims.chained === true ? 1 : 0,
    claims.policy ?? 0,
    claims.policyArns ?? 0,
    claims.tags?.map((tag) => [tag.key, tag.value, tag.transitive ? 1 : 0]) ?? 0,
    claims.context ?? 0,
  ];
  while (row.at(-1) === 0) row.pop();
  return row;
}

/** Claims to bytes; the access key id is not among them: it is bound by the seal. */
export function encodeClaims(claims: Omit<SessionClaims, 'accessKeyId'>): Buffer {
  const plain = Buffer.from(JSON.stringify(toRow(claims as SessionClaims)));
  if (plain.length < deflateFromBytes) return Buffer.concat([Buffer.of(rawForm), plain]);
  const deflated = deflateRawSync(plain);
  return deflated.length < plain.length
    ? Buffer.concat([Buffer.of(deflatedForm), deflated])
    : Buffer.concat([Buffer.of(rawForm), plain]);
}

/** Bytes to claims. Throws SessionTokenError TokenInvalid for bytes that `encodeClaims` did not make. */
export function decodeClaims(bytes: Buffer, accessKeyId: SessionClaims['accessKeyId']): SessionClaims {
  try {
    return fromRow(JSON.parse(inflate(bytes).toString('utf8')), accessKeyId);
  } catch (error) {
    if (error instanceof SessionTokenError) throw error;
    throw invalid();
  }
}

function inflate(bytes: Buffer): Buffer {
  const body = bytes.subarray(1);
  switch (bytes[0]) {
    case rawForm:
      return body;
    case deflatedForm:
      return inflateRawSync(body, { maxOutputLength: inflateLimitBytes });
    default:
      throw invalid();
  }
}

function fromRow(row: unknown, accessKeyId: SessionClaims['accessKeyId']): SessionClaims {
  if (!Array.isArray(row)) throw invalid();
  const [kindIndex, account, principalId, issuedAt, expiresAt, region, ...optional] = row as unknown[];
  const [sessionName, mfaAt, sourceIdentity, chained, policy, policyArns, tags, context] = optional;
  const kind = typeof kindIndex === 'number' ? kinds[kindIndex] : undefined;
  if (kind === undefined) throw invalid();
  return {
    kind,
    accessKeyId,
    account: text(account) as SessionClaims['account'],
    principalId: text(principalId),
    issuedAt: whole(issuedAt),
    expiresAt: whole(expiresAt),
    region: text(region),
    ...(isSet(sessionName) ? { sessionName: text(sessionName) } : {}),
    ...(isSet(mfaAt) ? { mfaAt: whole(mfaAt) } : {}),
    ...(isSet(sourceIdentity) ? { sourceIdentity: text(sourceIdentity) } : {}),
    ...(isSet(chained) ? { chained: true } : {}),
    ...(isSet(policy) ? { policy: text(policy) } : {}),
    ...(isSet(policyArns) ? { policyArns: list(policyArns).map(text) } : {}),
    ...(isSet(tags) ? { tags: list(tags).map(tag) } : {}),
    ...(isSet(context) ? { context: contextOf(context) } : {}),
  };
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== 0;
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw invalid();
  return value;
}

function whole(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw invalid();
  return value as number;
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid();
  return value;
}

function tag(value: unknown): SessionTag {
  const [key, tagValue, transitive] = list(value);
  return { key: text(key), value: text(tagValue), transitive: transitive === 1 };
}

function contextOf(value: unknown): Record<string, string | readonly string[]> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid();
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, Array.isArray(item) ? item.map(text) : text(item)]),
  );
}

export function invalid(): SessionTokenError {
  return new SessionTokenError('TokenInvalid', 'The session token is not valid for this access key.');
}
