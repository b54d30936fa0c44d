import { oidcProviderArn } from '#core/arn';
import { FederationError, parseToken, readWebIdentity, type WebIdentity } from '#core/federation';
import { issuerIdOf } from '#core/web-identity';
import {
  defineFederatedOperation,
  type Moment,
  type Question,
  type WebIdentityCaller,
} from '#services/operation';
import type { OidcProviderDocument } from '#stores/identity';
import { fault } from '#wire/faults';
import { type StsTypes, stsOperations } from '#wire/model';
import { defaultDurationSeconds, findRole } from './role-session.ts';
import { readSessionPolicies } from './session-policies.ts';
import {
  askForSession,
  checkVouchedSession,
  describeVouched,
  issueVouchedSession,
  readVouchedSession,
  type VouchedSession,
} from './vouched-session.ts';

const action = 'sts:AssumeRoleWithWebIdentity';

interface Loaded extends VouchedSession<WebIdentity> {
  readonly caller: WebIdentityCaller;
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
    return {
      caller: {
        kind: 'federated',
        type: 'WebIdentityUser',
        account,
        provider: provider.id,
        audience: identity.audience,
        subject: identity.subject,
      },
      ...readVouchedSession(input, identity, role),
    };
  },

  authorize: (input, session): readonly Question[] =>
    askForSession(action, session, {
      'sts:RoleSessionName': input.RoleSessionName,
      'sts:RoleAuthorizedByIdp': String(session.identity.roles !== undefined),
    }),

  describe: (_input, { role, identity }) => ({
    requestParameters: describeVouched(identity),
    resources: [{ accountId: role.account, type: 'AWS::IAM::Role', ARN: role.arn }],
  }),

  run: (input, loaded, issuing): StsTypes.AssumeRoleWithWebIdentityResponse => {
    const durationSeconds = input.DurationSeconds ?? defaultDurationSeconds;
    const checked = checkVouchedSession(issuing, loaded, durationSeconds);
    return {
      SubjectFromWebIdentityToken: loaded.identity.subject,
      Audience: loaded.identity.audience,
      Provider: loaded.caller.provider,
      ...issueVouchedSession(issuing, checked, loaded, {
        sessionName: input.RoleSessionName,
        durationSeconds,
      }),
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
