import { escapeXml } from '#core/xml';

export type RefusalStatus = 400 | 401 | 403 | 413 | 503;

/** A request that goes no further, as its sender is told. */
export class Refusal extends Error {
  readonly status: RefusalStatus;
  readonly code: string;

  constructor(status: RefusalStatus, code: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
  }
}

/** An answer, whole. */
export interface RefusalAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * A refusal as AWS words errors: JSON with `__type` and `message`, or XML for who accepts nothing else.
 * A 401 names the scheme, as HTTP asks (RFC 9110 §15.5.2). After 413 the rest of the body is still on its way, so the connection ends.
 */
export function encodeRefusal({ status, code, message }: Refusal, accept = ''): RefusalAnswer {
  const isXml = /\bxml\b/i.test(accept) && !/json|\*\/\*/i.test(accept);
  const body = isXml
    ? `<?xml version="1.0" encoding="UTF-8"?>\n<ErrorResponse><Error><Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message></Error></ErrorResponse>\n`
    : `${JSON.stringify({ __type: code, message })}\n`;
  return {
    status,
    headers: {
      'content-type': isXml ? 'application/xml' : 'application/json',
      'cache-control': 'no-store',
      'x-amzn-errortype': code,
      ...(status === 401 ? { 'www-authenticate': 'AWS4-HMAC-SHA256' } : {}),
      ...(status === 413 ? { connection: 'close' } : {}),
    },
    body,
  };
}
