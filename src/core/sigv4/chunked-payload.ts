import { createHash, createHmac, type Hash, hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import { type CredentialScope, scopeText } from './signature.ts';

export type PayloadErrorCode =
  | 'IncompleteBody'
  | 'InvalidRequest'
  | 'MalformedTrailerError'
  | 'SignatureDoesNotMatch';

/** A body that is cut, longer than announced, badly framed or not the signer's. The message is AWS's own where AWS has one. */
export class PayloadError extends Error {
  readonly code: PayloadErrorCode;

  constructor(code: PayloadErrorCode, message: string) {
    super(message);
    this.name = 'PayloadError';
    this.code = code;
  }
}

/** What the signatures of chunks go on from: the request's own signature and the key that made it. */
export interface ChunkSigning {
  readonly signingKey: KeyObject;
  readonly amzDate: string;
  readonly scope: CredentialScope;
  /** The signature of the request, in hex. */
  readonly seed: string;
}

export interface ChunkedPayloadOptions {
  /** `X-Amz-Decoded-Content-Length` */
  readonly decodedLength: number;
  /** Present when every chunk, and the trailer, is signed. */
  readonly signing?: ChunkSigning;
  readonly hasTrailer: boolean;
}

const emptySha256 = hash('sha256', '');
const longestSizeLineBytes = 128;
const longestTrailerBytes = 8192;
const lineFeed = 10;

/**
 * Takes an `aws-chunked` body apart as it comes (Amazon S3 API Reference, "Signature calculations for the Authorization header: transferring
 * payload in multiple chunks"), in constant memory. Every chunk is checked against the signature of the one before, so that none can be
 * changed, left out, added or moved.
 * INVARIANT: the bytes of a chunk are handed on before its signature is seen. Nothing may be kept of them unless `end` returns.
 */
export class ChunkedPayload {
  readonly #options: ChunkedPayloadOptions;
  #state: 'size' | 'data' | 'data-end' | 'tail' = 'size';
  #line = Buffer.alloc(0);
  #remainingInChunk = 0;
  #remaining: number;
  #previousSignature: string;
  #chunkSignature = '';
  #chunkHash: Hash | undefined;

  constructor(options: ChunkedPayloadOptions) {
    this.#options = options;
    this.#remaining = options.decodedLength;
    this.#previousSignature = options.signing?.seed ?? '';
  }

  /** The object's bytes within these. Throws PayloadError. */
  push(bytes: Uint8Array): readonly Uint8Array[] {
    const decoded: Uint8Array[] = [];
    let at = 0;
    while (at < bytes.length) {
      switch (this.#state) {
        case 'size':
        case 'data-end':
          at = this.#takeLine(bytes, at);
          break;
        case 'data': {
          const piece = bytes.subarray(at, at + this.#remainingInChunk);
          at += piece.length;
          this.#takeData(piece);
          decoded.push(piece);
          break;
        }
        case 'tail':
          this.#keepTail(bytes.subarray(at));
          at = bytes.length;
          break;
      }
    }
    return decoded;
  }

  /** The trailer, by lower-cased name. Throws PayloadError unless the body is whole and every signature was right. */
  end(): ReadonlyMap<string, string> {
    if (this.#state !== 'tail') throw incomplete();
    const text = this.#line.toString('latin1');
    if (!this.#options.hasTrailer) {
      if (text === '') throw incomplete();
      if (text !== '\r\n') throw malformed('The body goes on after its last chunk.');
      return new Map();
    }
    const trailer = parseTrailer(text);
    this.#checkTrailer(trailer);
    return trailer;
  }

  #takeLine(bytes: Uint8Array, from: number): number {
    const end = bytes.indexOf(lineFeed, from);
    const to = end < 0 ? bytes.length : end + 1;
    if (this.#line.length + to - from > longestSizeLineBytes)
      throw malformed('The size of a chunk is not one.');
    this.#line = Buffer.concat([this.#line, bytes.subarray(from, to)]);
    if (end < 0) return to;
    const line = this.#line.toString('latin1');
    this.#line = Buffer.alloc(0);
    if (this.#state === 'size') this.#beginChunk(line);
    else {
      if (line !== '\r\n') throw malformed('A chunk is longer or shorter than it says.');
      this.#state = 'size';
    }
    return to;
  }

  #beginChunk(line: string): void {
    const { signing } = this.#options;
    const match =
      signing === undefined
        ? /^([0-9a-fA-F]{1,12})\r\n$/.exec(line)
        : /^([0-9a-fA-F]{1,12});chunk-signature=([0-9a-f]{64})\r\n$/.exec(line);
    if (match === null) throw malformed('The size of a chunk is not one.');
    const size = Number.parseInt(match[1] ?? '', 16);
    if (size > this.#remaining) throw tooLong();
    this.#chunkSignature = match[2] ?? '';
    this.#remainingInChunk = size;
    this.#chunkHash = signing === undefined ? undefined : createHash('sha256');
    if (size > 0) {
      this.#state = 'data';
      return;
    }
    this.#endChunk();
    if (this.#remaining > 0) throw incomplete();
    this.#state = 'tail';
  }

  #takeData(piece: Uint8Array): void {
    this.#chunkHash?.update(piece);
    this.#remainingInChunk -= piece.length;
    this.#remaining -= piece.length;
    if (this.#remainingInChunk > 0) return;
    this.#endChunk();
    this.#state = 'data-end';
  }

  #endChunk(): void {
    if (this.#chunkHash === undefined) return;
    const content = `${emptySha256}\n${this.#chunkHash.digest('hex')}`;
    this.#checkSignature('AWS4-HMAC-SHA256-PAYLOAD', content, this.#chunkSignature);
    this.#previousSignature = this.#chunkSignature;
  }

  #keepTail(bytes: Uint8Array): void {
    const limit = this.#options.hasTrailer ? longestTrailerBytes : 2;
    if (this.#line.length + bytes.length > limit) {
      throw this.#options.hasTrailer
        ? malformedTrailer()
        : malformed('The body goes on after its last chunk.');
    }
    this.#line = Buffer.concat([this.#line, bytes]);
  }

  #checkTrailer(trailer: Map<string, string>): void {
    const name = 'x-amz-trailer-signature';
    const given = trailer.get(name);
    trailer.delete(name);
    if (this.#options.signing === undefined) {
      if (given !== undefined) throw malformedTrailer();
      return;
    }
    const canonical = [...trailer].map(([key, value]) => `${key}:${value}\n`).join('');
    this.#checkSignature('AWS4-HMAC-SHA256-TRAILER', hash('sha256', canonical), given ?? '');
  }

  #checkSignature(algorithm: string, content: string, given: string): void {
    const { signing } = this.#options;
    if (signing === undefined) return;
    const text = `${algorithm}\n${signing.amzDate}\n${scopeText(signing.scope)}\n${this.#previousSignature}\n${content}`;
    const expected = createHmac('sha256', signing.signingKey).update(text).digest();
    const bytes = /^[0-9a-f]{64}$/.test(given) ? Buffer.from(given, 'hex') : undefined;
    if (bytes !== undefined && timingSafeEqual(expected, bytes)) return;
    throw new PayloadError(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    );
  }
}

/** `name:value` lines; some clients end theirs with a line feed alone before the last line end. */
function parseTrailer(text: string): Map<string, string> {
  if (!text.endsWith('\r\n')) throw incomplete();
  const trailer = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    if (line === '') continue;
    const match = /^([A-Za-z0-9-]+):[ \t]*([!-~](?:[ -~]*[!-~])?)[ \t]*$/.exec(line);
    const name = match?.[1]?.toLowerCase();
    if (name === undefined || match?.[2] === undefined || trailer.has(name)) throw malformedTrailer();
    trailer.set(name, match[2]);
  }
  return trailer;
}

function incomplete(): PayloadError {
  return new PayloadError('IncompleteBody', 'The request body terminated unexpectedly');
}

function tooLong(): PayloadError {
  return new PayloadError(
    'IncompleteBody',
    'You did not provide the number of bytes specified by the x-amz-decoded-content-length HTTP header.',
  );
}

function malformed(message: string): PayloadError {
  return new PayloadError('InvalidRequest', message);
}

function malformedTrailer(): PayloadError {
  return new PayloadError(
    'MalformedTrailerError',
    'The request contained trailing data that was not well-formed or did not conform to our published schema.',
  );
}
