import { createSecretKey } from 'node:crypto';
import { hashBody, type SigningCredentials, signRequest } from '#core/sigv4';
import type { Clock } from '#core/time';
import { CallerDescriptionError, decodeCaller } from '#services/operation';
import { fromJsonValue } from '#wire/json-value';
import {
  brevetOperations,
  type GetChangesResponse,
  type GetSigningKeyResponse,
  type OperationModel,
} from '#wire/model';
import { CallerRefused, type Issuer, IssuerUnavailable } from './issuer.ts';

export interface RemoteIssuerOptions {
  /** The service's endpoint: `https://sts.example.com`. */
  readonly url: string;
  /** The verifier's own credentials; asked for at each call, so that they may be temporary. */
  readonly credentials: () => Promise<SigningCredentials>;
  /** The Region that calls are signed for. */
  readonly region: string;
  readonly clock: Clock;
  readonly fetch?: typeof fetch;
}

const waitSeconds = 1;
/** A silent peer is given up soon, so that a revocation is heard of within two seconds of the connection's return. */
const changesTimeoutMs = 1500;
const keyTimeoutMs = 5000;
const longestAnswerBytes = 4_000_000;

/** The issuer over the network, by calls that are signed as any other (`brevet:GetSigningKey`, `brevet:GetChanges`). */
export function createRemoteIssuer(options: RemoteIssuerOptions): Issuer {
  const url = new URL('/', options.url);
  const send = options.fetch ?? fetch;

  async function call<O>(
    operation: OperationModel<unknown, O>,
    input: object,
    signal: AbortSignal,
  ): Promise<O> {
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
    if (response.ok && operation.output !== undefined) return fromJsonValue(operation.output, answer) as O;
    throw refusal(response.status, answer);
  }

  /** Whatever is not the issuer's own word on the caller says only that there is none. */
  async function guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof CallerRefused || error instanceof IssuerUnavailable) throw error;
      const message =
        error instanceof CallerDescriptionError ? error.message : 'the issuer cannot be reached';
      throw new IssuerUnavailable(message, error);
    }
  }

  return {
    getSigningKey: ({ accessKeyId, sessionToken, date, region, service }) =>
      guarded(async () => {
        const input = {
          AccessKeyId: accessKeyId,
          SessionToken: sessionToken,
          Date: date,
          Region: region,
          Service: service,
        };
        const answer: GetSigningKeyResponse = await call(
          brevetOperations.GetSigningKey as OperationModel<unknown, GetSigningKeyResponse>,
          input,
          AbortSignal.timeout(keyTimeoutMs),
        );
        return {
          signingKey: createSecretKey(answer.SigningKey),
          caller: decodeCaller(answer.Caller),
          sequence: answer.Sequence,
        };
      }),
    getChanges: (after, signal) =>
      guarded(async () => {
        const answer: GetChangesResponse = await call(
          brevetOperations.GetChanges as OperationModel<unknown, GetChangesResponse>,
          { After: after, WaitSeconds: waitSeconds },
          AbortSignal.any([signal, AbortSignal.timeout(changesTimeoutMs)]),
        );
        const {
          Sequence: sequence,
          Everything: everything,
          Principals: principals,
          AccessKeys: accessKeys,
          Buckets: buckets,
        } = answer;
        const isWhole = [sequence, everything, principals, accessKeys, buckets].every(
          (member) => member !== undefined,
        );
        if (!isWhole) throw new IssuerUnavailable('the answer of the issuer is not whole');
        return { sequence, everything, principals, accessKeys, buckets };
      }),
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

function refusal(status: number, { __type: type, Reason: reason }: Readonly<Record<string, unknown>>): Error {
  if (type === 'CallerRefusedException')
    return new CallerRefused(reason === 'ExpiredToken' ? 'ExpiredToken' : 'InvalidClientTokenId');
  return new IssuerUnavailable(`the issuer answered ${status} ${String(type)}`);
}
