import { oidcProviderArn } from '#core/arn';
import { FederationError, parseToken, readWebIdentity, type WebIdentity } from '#core/federation';
import { issuerIdOf } from '#core/web-identity';
import {
  checkRegion,
  defineFederatedOperation,
  issueSession,
  type Moment,
  type Question,
  type WebIdentityCaller,
} from '#services/operation';
import type { OidcProviderDocument } from '#stores/identity';
import { fault } from '#wire/faults';
import { type StsTypes, stsOperations } from '#wire/model';
import {
  aboutRole,
  assumedRoleUser,
  checkDuration,
  defaultDurationSeconds,
  findRole,
  type NamedRole,
} from './role-session.ts';
import {
  checkSessionPolicyArns,
  packedPolicySize,
  readSessionPolicies,
  type SessionPolicies,
} from './session-policies.ts';
import { readSessionTags, type SessionTag, tagContext } from './session-tags.ts';

const action = 'sts:AssumeRoleWithWebIdentity';

interface Loaded {
  readonly caller: WebIdentityCaller;
  readonly role: NamedRole;
  readonly identity: WebIdentity;
  readonly policies: SessionPolicies;
  readonly tagInput: Parameters<typeof tagContext>[0];
  readonly tags: readonly SessionTag[];
}

/** What is proven: the claims, and by whose keys. */
interface Proven {
  readonly claims: Parameters<typeof readWebIdentity>[0];
  readonly provider: OidcProviderDocument;
}

/**
 * Credentials of a role, for whom an OpenID Connect provider of the role's account vouches (AWS STS API Reference,
 * AssumeRoleWithWebIdentity). The request is not signed: the token is all there is, and the role's trust policy alone decides.
 */
export const assumeRoleWithWebIdentity = defineFederatedOperation(stsOperations.AssumeRoleWithWebIdentity, {
  callers: 'anonymous',
  effect: 'credential',
  readOnly: true,

  check: (input) => {
    if (input.ProviderId !== undefined) {
      throw fault(
        'ValidationError',
        'ProviderId is for OAuth 2.0 access tokens, which are not supported; leave it out for OpenID Connect ID tokens.',
      );
    }
    readSessionPolicies(input);
  },

  prove: async (input, moment, { keys }): Promise<Proven> => {
    const token = parseToken(input.WebIdentityToken);
    refuseOwnIssuer(token.issuer, moment);
    const provider = findProvider(input.RoleArn, token.issuer, moment);
    return { claims: token.verify(await keys.find(provider, token)), provider };
  },

  load: (input, { claims, provider: provenBy }, moment): Loaded => {
    // Time has passed: the provider may have been deleted, or made anew with other audiences.
    const provider = findProvider(input.RoleArn, provenBy.url, moment);
    if (provider.createdAt !== provenBy.createdAt) throw noProvider(provenBy.url);
    const identity = readWebIdentity(claims, provider, moment.now);
    const role = findRole(input.RoleArn, moment.state);
    if (identity.roles !== undefined && !identity.roles.includes(role.arn)) {
      throw new FederationError(
        'InvalidIdentityToken',
        'The https://aws.amazon.com/roles claim of the token does not name the requested role.',
      );
    }
    const account = moment.state.all('account').get(role.account);
    if (account === undefined) throw noProvider(provenBy.url);
    const tagInput = {
      Tags: identity.tags.map(({ key, value }) => ({ Key: key, Value: value })),
      TransitiveTagKeys: identity.transitiveTagKeys,
    };
    return {
      caller: {
        kind: 'federated',
        type: 'WebIdentityUser',
        account,
        provider: provider.id,
        audience: identity.audience,
        subject: identity.subject,
      },
      role,
      identity,
      policies: readSessionPolicies(input),
      tagInput,
      tags: readSessionTags(tagInput, []),
    };
  },

  authorize: (input, { role, identity, tagInput, tags }): readonly Question[] => {
    const ask = (one: string): Question =>
      aboutRole(one, role, {
        ...tagContext(tagInput),
        ...identity.trustKeys,
        'sts:RoleSessionName': input.RoleSessionName,
        'sts:SourceIdentity': identity.sourceIdentity,
        'sts:RoleAuthorizedByIdp': String(identity.roles !== undefined),
      });
    return [
      ask(action),
      ...(tags.length > 0 ? [ask('sts:TagSession')] : []),
      ...(identity.sourceIdentity === undefined ? [] : [ask('sts:SetSourceIdentity')]),
    ];
  },

  describe: (_input, { role, identity }) => {
    const { tags, transitiveTagKeys, sourceIdentity } = identity;
    return {
      requestParameters: {
        ...(tags.length === 0
          ? {}
          : { principalTags: Object.fromEntries(tags.map(({ key, value }) => [key, value])) }),
        ...(transitiveTagKeys.length === 0 ? {} : { transitiveTagKeys }),
        ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
      },
      resources: [{ accountId: role.account, type: 'AWS::IAM::Role', ARN: role.arn }],
    };
  },

  run: (
    input,
    { role: { found: role }, caller, identity, policies, tags },
    issuing,
  ): StsTypes.AssumeRoleWithWebIdentityResponse => {
    // INVARIANT: a role that does not exist trusts nobody, so policy has refused before this.
    if (role === undefined) throw fault('InternalFailure');
    const durationSeconds = input.DurationSeconds ?? defaultDurationSeconds;
    checkDuration(durationSeconds, role);
    checkRegion(issuing, role.account);
    checkSessionPolicyArns(issuing.state, role.account, policies);
    const session = { ...policies, ...(tags.length === 0 ? {} : { tags }) };
    const packed = packedPolicySize(session);
    const { sourceIdentity } = identity;
    return {
      SubjectFromWebIdentityToken: identity.subject,
      Audience: identity.audience,
      Provider: caller.provider,
      AssumedRoleUser: assumedRoleUser(role, input.RoleSessionName),
      Credentials: issueSession(issuing, {
        kind: 'assumed-role',
        account: role.account,
        principalId: role.id,
        sessionName: input.RoleSessionName,
        ...session,
        ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
        context: { ...identity.sessionKeys, 'aws:FederatedProvider': caller.provider },
        durationSeconds,
      }),
      ...(packed === undefined ? {} : { PackedPolicySize: packed }),
      ...(sourceIdentity === undefined ? {} : { SourceIdentity: sourceIdentity }),
    };
  },
});

/**
 * Tokens for others are not taken back, as AWS does not take back its own: else a role's session would make itself a new one, past its end and
 * without what it was limited by. Another installation's are as good as any provider's. Throws FederationError.
 */
function refuseOwnIssuer(issuer: string, { state }: Moment): void {
  const id = issuerIdOf(issuer);
  if (id === undefined || state.all('web-identity-issuer').get(id) === undefined) return;
  throw new FederationError(
    'InvalidIdentityToken',
    'Tokens of GetWebIdentityToken are not accepted by the service that issues them.',
  );
}

/** The provider of the role's own account whose URL is the issuer, letter by letter. Throws FederationError. */
function findProvider(roleArn: string, issuer: string, { state }: Moment): OidcProviderDocument {
  const { account } = findRole(roleArn, state);
  const name = issuer.startsWith('https://') ? issuer.slice('https://'.length) : '';
  const provider = state.all('oidc-provider').get(oidcProviderArn(account, name));
  if (provider === undefined) throw noProvider(issuer);
  return provider;
}

function noProvider(issuer: string): FederationError {
  return new FederationError(
    'InvalidIdentityToken',
    `No OpenIDConnect provider found in your account for ${issuer.slice(0, 255)}`,
  );
}
