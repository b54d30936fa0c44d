import { createHash, createHmac } from 'node:crypto';
import { connect } from 'node:net';
import { hashBody, type SigningCredentials, signRequest } from '#core/sigv4';
import { formatBasic } from '#core/time';

export interface RawS3Request {
  readonly method?: string;
  readonly target: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Uint8Array;
  /** What `x-amz-content-sha256` says; the hash of the body unless given. */
  readonly declared?: string;
}

export interface RawAnswer {
  readonly status: number;
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly head: string;
  readonly body: string;
}

/** A request as bytes, signed in its head; the body goes as it is. */
export function signS3(
  endpoint: string,
  { method = 'PUT', target, headers = [], body = '', declared }: RawS3Request,
  credentials: SigningCredentials,
  now = Date.now(),
) {
  const bytes = Buffer.from(body);
  const { rawHeaders, signature, signingKey } = signRequest(
    {
      method,
      target,
      rawHeaders: ['host', new URL(endpoint).host, ...headers.flat()],
      bodySha256: declared ?? hashBody(bytes),
    },
    { credentials, region: 'us-east-1', service: 's3', now, uriEncoding: 'once' },
  );
  return { method, target, rawHeaders: [...rawHeaders], body: bytes, signature, signingKey, now };
}

export type SignedS3 = ReturnType<typeof signS3>;

/** The chunks of a body, each signed over the one before, and the last, empty one. */
export function signChunks({ signature, signingKey, now }: SignedS3, pieces: readonly string[]): string[] {
  const amzDate = formatBasic(now);
  const scope = `${amzDate.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  let previous = signature;
  return [...pieces, ''].map((piece) => {
    const text = `AWS4-HMAC-SHA256-PAYLOAD\n${amzDate}\n${scope}\n${previous}\n${sha256('')}\n${sha256(piece)}`;
    previous = createHmac('sha256', signingKey).update(text).digest('hex');
    return `${Buffer.byteLength(piece).toString(16)};chunk-signature=${previous}\r\n${piece}\r\n`;
  });
}

/** Writes a request to a connection of its own, byte for byte, and reads until the other side closes. */
export function sendS3(
  endpoint: string,
  {
    method,
    target,
    rawHeaders,
    body,
  }: Pick<SignedS3, 'method' | 'target' | 'rawHeaders'> & { readonly body: Uint8Array | string },
  more: { readonly length?: number | null; readonly extra?: string; readonly cut?: boolean } = {},
): Promise<RawAnswer> {
  const { length = Buffer.byteLength(body), extra = '', cut = false } = more;
  let head = `${method} ${target} HTTP/1.1\r\n`;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    head += `${rawHeaders[index]}: ${rawHeaders[index + 1]}\r\n`;
  if (length !== null) head += `content-length: ${length}\r\n`;
  head += `connection: close\r\n${extra}\r\n`;
  const { hostname, port } = new URL(endpoint);
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => {
      socket.write(head);
      socket.write(body);
      if (cut) socket.end();
    });
    socket.on('data', (piece) => pieces.push(piece));
    socket.on('error', (error) => (pieces.length > 0 ? undefined : reject(error)));
    socket.on('close', () => {
      const text = Buffer.concat(pieces).toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      const answer = text.slice(end + 4);
      resolve({
        status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0),
        code: /<Code>(.*?)<\/Code>/.exec(answer)?.[1],
        message: /<Message>(.*?)<\/Message>/.exec(answer)?.[1],
        head: text.slice(0, Math.max(end, 0)),
        body: answer,
      });
    });
  });
}
