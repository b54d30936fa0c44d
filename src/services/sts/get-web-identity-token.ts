import { createPrivateKey, type KeyObject } from 'node:crypto';
import { type JWTPayload, SignJWT } from 'jose';
import { createUuid } from '#core/identifiers';
import { formatIsoSeconds } from '#core/time';
import {
  currentKeySet,
  payloadLimitBytes,
  type SigningAlgorithm,
  type SigningKey,
  tokenPayload,
} from '#core/web-identity';
import {
  type Call,
  type Caller,
  callerArn,
  defineOperation,
  organizationPathText,
  principalTags,
  type Question,
  roleArn,
} from '#services/operation';
import { fault } from '#wire/faults';
import { stsOperations } from '#wire/model';
import { refuseSessionOf } from './refuse-session.ts';
import { readSessionTags, tagContext } from './session-tags.ts';

const defaultDurationSeconds = 300;

/** Claims that tell how a session came to be, by the condition key that the session keeps. */
const sessionClaims: readonly (readonly [key: string, claim: string])[] = [
  ['aws:federatedprovider', 'federated_provider'],
  ['identitystore:userid', 'identity_store_user_id'],
  ['ec2:sourceinstancearn', 'ec2_source_instance_arn'],
  ['aws:ec2instancesourcevpc', 'ec2_instance_source_vpc'],
  ['aws:ec2instancesourceprivateipv4', 'ec2_instance_source_private_ipv4'],
  ['ec2:roledelivery', 'ec2_role_delivery'],
  ['lambda:sourcefunctionarn', 'lambda_source_function_arn'],
  ['glue:credentialissuingservice', 'glue_credential_issuing_service'],
];

/**
 * A signed token that tells others who the caller is, from the issuer of the caller's account (AWS STS API Reference, GetWebIdentityToken).
 * It is no credential of this service: nobody here takes it.
 */
export const getWebIdentityToken = defineOperation(stsOperations.GetWebIdentityToken, {
  callers: 'signed',
  effect: 'credential',
  refuse: refuseSessionOf('GetWebIdentityToken'),
  load: (input, { caller, state }) => ({
    issuer: state.all('web-identity-issuer').list(caller.account.id)[0],
    tags: readSessionTags({ Tags: input.Tags }, []),
    durationSeconds: input.DurationSeconds ?? defaultDurationSeconds,
  }),
  authorize: (input, { tags, durationSeconds }): readonly Question[] => {
    const ask = (action: string): Question => ({
      action,
      resource: '*',
      context: {
        ...tagContext({ Tags: input.Tags }),
        'sts:IdentityTokenAudience': input.Audience,
        'sts:DurationSeconds': String(durationSeconds),
        'sts:SigningAlgorithm': input.SigningAlgorithm,
      },
    });
    return [ask('sts:GetWebIdentityToken'), ...(tags.length > 0 ? [ask('sts:TagGetWebIdentityToken')] : [])];
  },
  run: async (input, { issuer, tags, durationSeconds }, call) => {
    const { caller, now } = call;
    if (call.isGlobalEndpoint) {
      throw fault('AccessDenied', 'GetWebIdentityToken is not available on the global endpoint');
    }
    const algorithm = readAlgorithm(input.SigningAlgorithm);
    if (issuer?.isEnabled !== true) {
      throw fault(
        'OutboundWebIdentityFederationDisabledException',
        'Outbound web identity federation is not enabled for this account.',
      );
    }
    const issuedAt = Math.floor(now / 1000);
    const expiresAt = issuedAt + durationSeconds;
    if (caller.session !== undefined && expiresAt > caller.session.expiresAt) {
      throw fault(
        'SessionDurationEscalationException',
        'The requested token duration would extend past the expiration of the calling session.',
      );
    }
    const payload = tokenPayload({
      issuer: call.issuerUrl(issuer.id),
      audiences: input.Audience,
      subject: caller.kind === 'assumed-role' ? roleArn(caller.role) : callerArn(caller),
      id: createUuid(call.random),
      issuedAt,
      expiresAt,
      namespace: { ...describePrincipal(call), request_tags: tagMap(tags) },
    });
    if (payload === undefined) {
      throw fault(
        'JWTPayloadSizeExceededException',
        `The payload of the token exceeds ${payloadLimitBytes} bytes. Reduce the number or size of the audiences and tags.`,
      );
    }
    const keySet = currentKeySet(issuer.keySets, now);
    if (keySet === undefined) throw new Error(`issuer ${issuer.id} has no key`);
    const key = keySet.keys[algorithm];
    const token = await new SignJWT(payload as JWTPayload)
      .setProtectedHeader({ alg: algorithm, kid: key.kid, typ: 'JWT' })
      .sign(openKey(key, issuer.id, call));
    return { WebIdentityToken: token, Expiration: expiresAt * 1000 };
  },
});

/** Throws ValidationError for algorithms that no key is for: the model knows only the length of their names. */
function readAlgorithm(text: string): SigningAlgorithm {
  if (text === 'RS256' || text === 'ES384') return text;
  throw fault('ValidationError', 'SigningAlgorithm must be one of RS256, ES384.');
}

function describePrincipal({ caller, state, region }: Call): Record<string, string | Record<string, string>> {
  const { account, session } = caller;
  const organization = account.organization?.id;
  const path = organizationPathText(state, account);
  return {
    aws_account: account.id,
    source_region: region,
    ...(organization === undefined ? {} : { org_id: organization }),
    ...(path === undefined ? {} : { ou_path: path }),
    principal_tags: tagMap(principalTags(caller)),
    ...(session === undefined ? {} : describeSession(session)),
  };
}

function describeSession(session: NonNullable<Caller['session']>): Record<string, string> {
  const kept = new Map(
    Object.entries(session.context ?? {}).map(([key, value]) => [key.toLowerCase(), value]),
  );
  return {
    original_session_exp: formatIsoSeconds(session.expiresAt * 1000),
    ...(session.sourceIdentity === undefined ? {} : { source_identity: session.sourceIdentity }),
    ...Object.fromEntries(
      sessionClaims.flatMap(([key, claim]) => {
        const value = kept.get(key);
        return typeof value === 'string' ? [[claim, value]] : [];
      }),
    ),
  };
}

/** Tags by key. Keys are the same whatever their case, and the last one wins. */
function tagMap(tags: readonly { readonly key: string; readonly value: string }[]): Record<string, string> {
  const byKey = new Map(tags.map((tag) => [tag.key.toLowerCase(), tag]));
  return Object.fromEntries([...byKey.values()].map(({ key, value }) => [key, value]));
}

/** Keys that were opened, for as long as the documents they stand in are held. */
const opened = new WeakMap<SigningKey, KeyObject>();

function openKey(key: SigningKey, issuer: string, { box }: Call): KeyObject {
  const known = opened.get(key);
  if (known !== undefined) return known;
  const der = Buffer.from(box.open(key.sealedPrivateKey, `web-identity-key:${issuer}:${key.kid}`));
  const privateKey = createPrivateKey({ key: der, type: 'pkcs8', format: 'der' });
  opened.set(key, privateKey);
  return privateKey;
}
