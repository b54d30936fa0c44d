import { hashBody, type SigningCredentials, signRequest } from '#core/sigv4';
import type { Clock } from '#core/time';
import { fromJsonValue } from '#wire/json-value';
import type { OperationModel } from '#wire/model';
import { IssuerUnavailable } from './issuer.ts';

export interface ServiceCallsOptions {
  /** The service's endpoint: `https://sts.example.com`. */
  readonly url: string;
  /** The caller's own credentials; asked for at each call, so that they may be temporary. */
  readonly credentials: () => Promise<SigningCredentials>;
  /** The Region that calls are signed for. */
  readonly region: string;
  readonly clock: Clock;
  readonly fetch?: typeof fetch;
}

/** The service answered, and it was a fault. */
export class ServiceFault extends Error {
  readonly code = 'ServiceFault';
  /** The fault's own code: `MalformedPolicyDocument`. */
  readonly type: string;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(status: number, members: Readonly<Record<string, unknown>>) {
    const { __type: type, message } = members;
    super(
      `the issuer answered ${status} ${String(type)}${typeof message === 'string' ? `: ${message}` : ''}`,
    );
    this.name = 'ServiceFault';
    this.type = String(type);
    this.members = members;
  }
}

/** Calls an operation of the service. Rejects with ServiceFault for its faults, with anything else when there is no answer. */
export type CallService = <O>(
  operation: OperationModel<unknown, O>,
  input: object,
  signal: AbortSignal,
) => Promise<O>;

const longestAnswerBytes = 4_000_000;

/** Calls over the network, signed as any other (AWS JSON 1.1). Redirections are not followed. */
export function createServiceCalls(options: ServiceCallsOptions): CallService {
  const url = new URL('/', options.url);
  const send = options.fetch ?? fetch;
  return async <O>(operation: OperationModel<unknown, O>, input: object, signal: AbortSignal): Promise<O> => {
    const body = Buffer.from(JSON.stringify(input));
    const target = `${operation.service.targetPrefix}.${operation.name}`;
    const { rawHeaders } = signRequest(
      {
        method: 'POST',
        target: '/',
        rawHeaders: ['host', url.host, 'content-type', 'application/x-amz-json-1.1', 'x-amz-target', target],
        bodySha256: hashBody(body),
      },
      {
        credentials: await options.credentials(),
        region: options.region,
        service: operation.service.signingName,
        now: options.clock(),
      },
    );
    const headers: [string, string][] = [];
    for (let index = 2; index + 1 < rawHeaders.length; index += 2)
      headers.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '']);
    const response = await send(url, { method: 'POST', headers, body, signal, redirect: 'error' });
    const answer = await readAnswer(response);
    if (!response.ok || operation.output === undefined) throw new ServiceFault(response.status, answer);
    return fromJsonValue(operation.output, answer) as O;
  };
}

async function readAnswer(response: Response): Promise<Readonly<Record<string, unknown>>> {
  const length = Number(response.headers.get('content-length') ?? 0);
  if (length > longestAnswerBytes) throw new IssuerUnavailable('the answer of the issuer is too long');
  const answer: unknown = await response.json();
  if (typeof answer !== 'object' || answer === null)
    throw new IssuerUnavailable('the answer of the issuer is not an object');
  return answer as Readonly<Record<string, unknown>>;
}
