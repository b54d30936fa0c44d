import type { KeyObject } from 'node:crypto';
import { isEnabledByDefault } from '#core/regions';
import { deriveSigningKey } from '#core/sigv4';
import {
  type Caller,
  type CallerDescription,
  type CredentialSource,
  describeCaller,
  findCaller,
} from '#services/operation';
import { fault } from '#wire/faults';

/** Whose signing key is asked for, and where it is to be good. */
export interface SigningKeyScope {
  readonly accessKeyId: string;
  readonly sessionToken: string | undefined;
  /** `yyyymmdd` */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/** A caller and the key that proves them, for one day, Region and service. */
export interface IssuedSigningKey {
  readonly signingKey: KeyObject;
  readonly caller: CallerDescription;
}

/** Throws Fault InvalidClientTokenId or ExpiredToken for credentials that are not good. */
export function issueSigningKey(source: CredentialSource, scope: SigningKeyScope): IssuedSigningKey {
  const { accessKeyId, sessionToken, date, region, service } = scope;
  const { caller, secretAccessKey } = findCaller(source, accessKeyId, sessionToken);
  refuseDisabledRegion(caller, region);
  return {
    signingKey: deriveSigningKey(secretAccessKey(), date, region, service),
    caller: describeCaller(source.state, caller),
  };
}

/** Where an opt-in Region is switched off, its services take no sessions of the account (IAM User Guide, "Managing AWS STS"). */
function refuseDisabledRegion({ account, session }: Caller, region: string): void {
  const isDisabled = account.disabledRegions?.includes(region) === true;
  if (session !== undefined && isDisabled && !isEnabledByDefault(region)) throw fault('InvalidClientTokenId');
}
