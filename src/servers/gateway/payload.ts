import { createHash, type Hash, type KeyObject } from 'node:crypto';
import { type Checksum, type ChecksumAlgorithm, checksumAlgorithms, createChecksum } from '#core/checksum';
import { S3RequestError } from '#core/s3';
import { ChunkedPayload, type ParsedSignature } from '#core/sigv4';

/** What a request says of its body. */
export interface PayloadOptions {
  /** By lower-cased name. */
  readonly headers: ReadonlyMap<string, string>;
  /** Absent for a request that nobody signed. */
  readonly signature?: ParsedSignature;
  readonly signingKey?: KeyObject;
  /** False where `x-amz-checksum-…` is of something else, as of the object that CompleteMultipartUpload makes. */
  readonly checksumIsOfBody: boolean;
}

/**
 * Takes the bytes of a body as they come and gives back those of the object.
 * INVARIANT: what `push` gives is not proven. Nothing may be kept of it unless `end` returns.
 */
export interface Payload {
  /** How many bytes the object has. */
  readonly length: number;
  push(bytes: Uint8Array): readonly Uint8Array[];
  end(): void;
}

const signedChunks = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';
const signedChunksWithTrailer = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER';
const unsignedChunksWithTrailer = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';
const unsigned = 'UNSIGNED-PAYLOAD';

/** Opens the body of a request in the form that it declares. Throws S3RequestError for a form that is none. */
export function openPayload(options: PayloadOptions): Payload {
  const { headers, signature } = options;
  const declared = signature?.contentSha256 ?? headers.get('x-amz-content-sha256');
  switch (declared) {
    case signedChunks:
    case signedChunksWithTrailer:
      if (signature?.form !== 'header') throw unknownForm();
      return new CheckedPayload(options, openChunks(options, declared), undefined);
    case unsignedChunksWithTrailer:
      return new CheckedPayload(options, openChunks(options, declared), undefined);
    case unsigned:
    case undefined:
      return new CheckedPayload(options, undefined, undefined);
    default:
      if (!/^[0-9a-f]{64}$/.test(declared)) throw unknownForm();
      return new CheckedPayload(options, undefined, declared);
  }
}

function openChunks({ headers, signature, signingKey }: PayloadOptions, form: string): ChunkedPayload {
  const decodedLength = parseLength(headers.get('x-amz-decoded-content-length'));
  const isSigned = form !== unsignedChunksWithTrailer;
  if (isSigned && (signature === undefined || signingKey === undefined)) throw unknownForm();
  return new ChunkedPayload({
    decodedLength,
    hasTrailer: form !== signedChunks,
    ...(isSigned && signature !== undefined && signingKey !== undefined
      ? {
          signing: {
            signingKey,
            amzDate: signature.amzDate,
            scope: signature.scope,
            seed: signature.signature,
          },
        }
      : {}),
  });
}

class CheckedPayload implements Payload {
  readonly length: number;
  readonly #chunks: ChunkedPayload | undefined;
  readonly #sha256: { readonly expected: string; readonly hash: Hash } | undefined;
  readonly #md5: { readonly expected: string; readonly hash: Hash } | undefined;
  readonly #checksums = new Map<ChecksumAlgorithm, Checksum>();
  readonly #expected = new Map<ChecksumAlgorithm, string>();
  readonly #trailers: readonly string[];
  #taken = 0;

  constructor(options: PayloadOptions, chunks: ChunkedPayload | undefined, sha256: string | undefined) {
    const { headers } = options;
    this.#chunks = chunks;
    this.length = parseLength(
      headers.get(chunks === undefined ? 'content-length' : 'x-amz-decoded-content-length'),
    );
    this.#sha256 = sha256 === undefined ? undefined : { expected: sha256, hash: createHash('sha256') };
    const md5 = headers.get('content-md5');
    if (md5 !== undefined && !/^[A-Za-z0-9+/]{22}==$/.test(md5)) throw new S3RequestError('InvalidDigest');
    this.#md5 = md5 === undefined ? undefined : { expected: md5, hash: createHash('md5') };
    this.#trailers = parseTrailerNames(headers.get('x-amz-trailer'));
    for (const algorithm of checksumAlgorithms) {
      const name = `x-amz-checksum-${algorithm}`;
      const value = options.checksumIsOfBody ? headers.get(name) : undefined;
      if (value !== undefined) this.#expected.set(algorithm, value);
      if (value !== undefined || this.#trailers.includes(name))
        this.#checksums.set(algorithm, createChecksum(algorithm));
    }
  }

  push(bytes: Uint8Array): readonly Uint8Array[] {
    const pieces = this.#chunks?.push(bytes) ?? [bytes];
    for (const piece of pieces) {
      this.#taken += piece.length;
      this.#sha256?.hash.update(piece);
      this.#md5?.hash.update(piece);
      for (const checksum of this.#checksums.values()) checksum.update(piece);
    }
    if (this.#taken > this.length) throw new S3RequestError('IncompleteBody');
    return pieces;
  }

  end(): void {
    const trailer = this.#chunks?.end() ?? new Map<string, string>();
    if (this.#taken !== this.length) throw new S3RequestError('IncompleteBody');
    if (this.#sha256 !== undefined) {
      const { expected, hash } = this.#sha256;
      const computed = hash.digest('hex');
      if (computed !== expected)
        throw new S3RequestError('XAmzContentSHA256Mismatch', undefined, {
          ClientComputedContentSHA256: expected,
          S3ComputedContentSHA256: computed,
        });
    }
    this.#checkTrailer(trailer);
    if (this.#md5 !== undefined && this.#md5.hash.digest('base64') !== this.#md5.expected)
      throw new S3RequestError('BadDigest');
    for (const [algorithm, checksum] of this.#checksums) {
      if (checksum.digest() === this.#expected.get(algorithm)) continue;
      throw new S3RequestError(
        'BadDigest',
        `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
      );
    }
  }

  /** The trailer must be what the head announced, no more and no less. */
  #checkTrailer(trailer: ReadonlyMap<string, string>): void {
    const names = [...trailer.keys()];
    if (names.length !== this.#trailers.length || names.some((name) => !this.#trailers.includes(name)))
      throw new S3RequestError('MalformedTrailerError');
    for (const [name, value] of trailer) {
      const algorithm = checksumAlgorithms.find((one) => name === `x-amz-checksum-${one}`);
      const before = algorithm === undefined ? undefined : this.#expected.get(algorithm);
      if (algorithm === undefined || (before !== undefined && before !== value))
        throw new S3RequestError('MalformedTrailerError');
      this.#expected.set(algorithm, value);
    }
  }
}

function parseTrailerNames(header: string | undefined): readonly string[] {
  if (header === undefined) return [];
  const names = header.split(',').map((name) => name.trim().toLowerCase());
  const isKnown = names.every((name) => checksumAlgorithms.some((one) => name === `x-amz-checksum-${one}`));
  if (isKnown && new Set(names).size === names.length) return names;
  throw new S3RequestError(
    'InvalidRequest',
    'The value specified in the x-amz-trailer header is not supported',
  );
}

function parseLength(header: string | undefined): number {
  if (header === undefined) throw new S3RequestError('MissingContentLength');
  if (!/^[0-9]{1,15}$/.test(header))
    throw new S3RequestError('InvalidArgument', 'The length of the body is no number.');
  return Number(header);
}

function unknownForm(): S3RequestError {
  return new S3RequestError(
    'InvalidArgument',
    'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
    { ArgumentName: 'x-amz-content-sha256', ArgumentValue: '' },
  );
}
