import { createSecretKey } from 'node:crypto';
import { CallerDescriptionError, decodeCaller } from '#services/operation';
import {
  brevetOperations,
  type GetChangesResponse,
  type GetSigningKeyResponse,
  type OperationModel,
} from '#wire/model';
import { CallerRefused, type Issuer, IssuerUnavailable } from './issuer.ts';
import { createServiceCalls, type ServiceCallsOptions, ServiceFault } from './service-calls.ts';

const waitSeconds = 1;
/** A silent peer is given up soon, so that a revocation is heard of within two seconds of the connection's return. */
const changesTimeoutMs = 1500;
const keyTimeoutMs = 5000;

/** The issuer over the network, by calls that are signed as any other (`brevet:GetSigningKey`, `brevet:GetChanges`). */
export function createRemoteIssuer(options: ServiceCallsOptions): Issuer {
  const call = createServiceCalls(options);

  /** Whatever is not the issuer's own word on the caller says only that there is none. */
  async function guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ServiceFault) throw refusal(error);
      if (error instanceof IssuerUnavailable) throw error;
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

function refusal({ type, members, message }: ServiceFault): Error {
  if (type === 'CallerRefusedException')
    return new CallerRefused(members.Reason === 'ExpiredToken' ? 'ExpiredToken' : 'InvalidClientTokenId');
  return new IssuerUnavailable(message);
}
