import { hashBody } from '#core/sigv4';
import { type AccessQuestion, type Authorizer, VerificationError, type Verified } from '../authorizer.ts';
import { PathRefused } from '../parse-path.ts';
import { Refusal } from './refusal.ts';

/** A request as every kind of server can describe it. */
export interface GuardedRequest {
  readonly method: string;
  /** Path and query as they came over the wire. */
  readonly target: string;
  readonly rawHeaders: readonly string[];
}

/** What is asked of policy for a request; the adapter adds the connection. */
export type GuardQuestion = Omit<AccessQuestion, 'connection'>;

export interface GuardOptions {
  readonly authorizer: Authorizer;
  /** What is asked of policy; every request is asked about. What it throws refuses the request. */
  readonly question: (request: GuardedRequest, verified: Verified) => GuardQuestion;
  /** Longest body that is read; 1,000,000 bytes unless given. */
  readonly bodyLimitBytes?: number;
}

/** Who sent an allowed request, and its body as it was signed. */
export interface Admitted extends Verified {
  readonly body: Uint8Array;
}

/** The body, piece by piece; undefined where a request has none. */
export type BodySource = AsyncIterable<Uint8Array> | undefined;

const defaultBodyLimitBytes = 1_000_000;

/**
 * Verifies a request, reads its body, and asks policy. Rejects with Refusal, whatever went wrong.
 * A body whose hash is declared is read only once the caller is proven, so that nobody else can make the server hold it.
 */
export async function admit(
  options: GuardOptions,
  request: GuardedRequest,
  source: BodySource,
  connection: AccessQuestion['connection'],
): Promise<Admitted> {
  const { authorizer, question, bodyLimitBytes = defaultBodyLimitBytes } = options;
  try {
    const early = isHashDeclared(request) ? await authorizer.verify(request) : undefined;
    const body = await readBody(source, bodyLimitBytes);
    const bodySha256 = hashBody(body);
    const verified = early ?? (await authorizer.verify(request, { bodySha256 }));
    // INVARIANT: what is handed on is what was signed. `UNSIGNED-PAYLOAD` is no hash of any body.
    if (verified.signature.contentSha256 !== undefined && verified.signature.contentSha256 !== bodySha256)
      throw new Refusal(400, 'XAmzContentSHA256Mismatch', 'The body is not the one that was signed.');
    const access = authorizer.authorize(verified, { ...question(request, verified), connection });
    if (!access.allowed) throw new Refusal(403, 'AccessDeniedException', access.message ?? 'Access denied.');
    return { ...verified, body };
  } catch (error) {
    throw asRefusal(error);
  }
}

function isHashDeclared({ rawHeaders }: GuardedRequest): boolean {
  return rawHeaders.some((name, index) => index % 2 === 0 && name.toLowerCase() === 'x-amz-content-sha256');
}

async function readBody(source: BodySource, limitBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of source ?? []) {
    length += chunk.length;
    if (length > limitBytes)
      throw new Refusal(413, 'RequestEntityTooLarge', `The body is longer than ${limitBytes} bytes.`);
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof VerificationError) return new Refusal(error.status, error.code, error.message, error);
  if (error instanceof PathRefused) return new Refusal(403, error.code, error.message, error);
  // A question that fails must not let anybody in, and its message is none of the caller's business.
  return new Refusal(503, 'ServiceUnavailable', 'The request cannot be decided now.', error);
}
