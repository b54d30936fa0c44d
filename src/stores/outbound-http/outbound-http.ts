/** One document to fetch. */
export interface OutboundRequest {
  /** `https:` only. */
  readonly url: string;
  /**
   * SHA-1 of certificates, hexadecimal, in lower case. When no authority vouches for the server, it is believed if its chain verifies
   * up to one of these.
   */
  readonly thumbprints: readonly string[];
  /** Certificate authorities in PEM that alone may vouch for the server, in place of those that are known. */
  readonly authorities?: readonly string[];
  /** Sent as it is to the host of the URL, which alone redirections may name. */
  readonly authorization?: string;
}

/** Fetches documents. Every engine passes the same conformance tests. */
export interface OutboundHttp {
  /** The body of a 200 answer. Rejects with OutboundHttpError for anything else, after a few seconds at the latest. */
  get(request: OutboundRequest): Promise<Uint8Array>;
}

/** A document that could not be had. The message names no address, and nothing that was answered. */
export class OutboundHttpError extends Error {
  readonly code: 'Refused' | 'Unreachable' | 'Untrusted' | 'ThumbprintMismatch' | 'Unusable';

  constructor(code: OutboundHttpError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'OutboundHttpError';
    this.code = code;
  }
}
