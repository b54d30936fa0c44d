/** A request as it came over the wire, with its body read whole. */
export interface WireRequest {
  readonly method: string;
  /** The raw request target: path and query, undecoded. */
  readonly target: string;
  /** Names and values by turns, duplicates and order kept. */
  readonly rawHeaders: readonly string[];
  readonly body: Uint8Array;
  /** Address of the peer. Never taken from a header. */
  readonly sourceIp: string;
  /** True when the request came over TLS. */
  readonly secure: boolean;
  /** What the two sides agreed on, for the audit record. */
  readonly tls?: { readonly version: string; readonly cipherSuite: string };
}

export interface WireResponse<Body extends string | Uint8Array = string> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
}

/** The values of a header, in order; the name is compared without case. */
export function headerValues(request: WireRequest, name: string): readonly string[] {
  const values: string[] = [];
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    if (request.rawHeaders[index]?.toLowerCase() === name) values.push(request.rawHeaders[index + 1] ?? '');
  }
  return values;
}

/** The first value of a header. */
export function header(request: WireRequest, name: string): string | undefined {
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    const raw = request.rawHeaders[index];
    if (raw !== undefined && raw.length === name.length && raw.toLowerCase() === name)
      return request.rawHeaders[index + 1];
  }
  return undefined;
}
