import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import {
  FederationError,
  parseSamlMetadata,
  readSamlIdentity,
  type SamlIdentity,
  type SamlKeys,
  verifyResponse,
} from '#core/federation';
import {
  encodeResponse,
  type ResponseOptions,
  type SamlIssuer,
  type Signed,
  samlResponse,
} from './saml-issuer.ts';

export const now = Date.UTC(2026, 0, 2, 3, 4, 5);
export const role = 'arn:aws:iam::111122223333:role/person';
export const provider = 'arn:aws:iam::111122223333:saml-provider/idp';
export const providerUuid = 'SAMLSPTESTTESTTESTTEST';
export const ownUrl = 'https://brevet.example.com';

/** A response of that issuer about alice, signed. */
export function signedResponse(
  issuer: SamlIssuer,
  options: Partial<ResponseOptions> = {},
  ...what: readonly Signed[]
): string {
  const { entityId } = issuer;
  const xml = samlResponse({ now, issuer: entityId, roles: [`${role},${provider}`], ...options });
  return issuer.sign(xml, ...(what.length === 0 ? (['Assertion'] as const) : what));
}

/** Whom a response speaks of, to an account that knows the issuer as `idp`. Throws FederationError. */
export function redeem(
  xml: string,
  issuer: SamlIssuer,
  more: {
    readonly decryptionKeys?: readonly string[];
    readonly required?: boolean;
    readonly at?: number;
  } = {},
): SamlIdentity {
  return redeemText(encodeResponse(xml), issuer, more);
}

/** The same for a response as it is sent. */
export function redeemText(
  text: string,
  issuer: SamlIssuer,
  more: Parameters<typeof redeem>[2] = {},
): SamlIdentity {
  const metadata = parseSamlMetadata(issuer.metadata);
  assert.ok(metadata);
  const keys: SamlKeys = {
    signing: metadata.keys,
    decryption: (more.decryptionKeys ?? []).map((key) => createPrivateKey(key)),
    encryptionRequired: more.required ?? false,
  };
  const rules = { ownUrl, providerUuid, entityId: metadata.entityId, account: '111122223333', name: 'idp' };
  return readSamlIdentity(verifyResponse(text, keys), rules, more.at ?? now);
}

/** What `assert.throws` compares with: a refusal in exactly these words. */
export function refusal(message: string, code: FederationError['code'] = 'InvalidIdentityToken') {
  return (error: unknown): true => {
    assert.ok(error instanceof FederationError, String(error));
    assert.equal(error.message, message);
    assert.equal(error.code, code);
    return true;
  };
}

/** A refusal of what is no response as this service takes it. */
export function unusable(why: string): ReturnType<typeof refusal> {
  return refusal(`The SAML response cannot be used: ${why}.`);
}
