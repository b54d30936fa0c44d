import { parseArn } from '#core/arn';
import { FederationError, readSamlIdentity, type SamlIdentity, verifyResponse } from '#core/federation';
import { defineFederatedOperation, type Question, type SamlCaller } from '#services/operation';
import type { IdentityState, SamlProviderDocument, UsedAssertionDocument } from '#stores/identity';
import { fault } from '#wire/faults';
import { type StsTypes, stsOperations } from '#wire/model';
import { defaultDurationSeconds, findRole, type NamedRole } from './role-session.ts';
import { samlKeys } from './saml-keys.ts';
import { readSessionPolicies } from './session-policies.ts';
import { checkUnused, consumeAssertion, usedAssertion } from './used-assertions.ts';
import {
  askForSession,
  checkVouchedSession,
  describeVouched,
  issueVouchedSession,
  readVouchedSession,
  type VouchedSession,
} from './vouched-session.ts';

const action = 'sts:AssumeRoleWithSAML';

interface Loaded extends VouchedSession<SamlIdentity> {
  readonly caller: SamlCaller;
  readonly used: UsedAssertionDocument;
}

/** What is proven: what was signed, by whose keys, and where it may say that it is meant to be sent. */
interface Proven {
  readonly verified: Parameters<typeof readSamlIdentity>[0];
  readonly provider: SamlProviderDocument;
  readonly ownUrl: string;
}

/**
 * Credentials of a role, for whom a SAML provider of the role's account vouches (AWS STS API Reference, AssumeRoleWithSAML). The request is not
 * signed: the assertion is all there is, it is taken once, and the role's trust policy alone decides.
 */
export const assumeRoleWithSaml = defineFederatedOperation(stsOperations.AssumeRoleWithSAML, {
  callers: 'anonymous',
  effect: 'credential',
  readOnly: true,

  check: (input) => {
    for (const arn of [input.RoleArn, input.PrincipalArn])
      if (parseArn(arn) === undefined) throw fault('ValidationError', `${arn} is invalid`);
    readSessionPolicies(input);
  },

  prove: async (input, { state }, { box, ownUrl }): Promise<Proven> => {
    const provider = findProvider(input.PrincipalArn, state);
    return { verified: verifyResponse(input.SAMLAssertion, samlKeys(provider, box)), provider, ownUrl };
  },

  load: (input, { verified, provider: provenBy, ownUrl }, { state, now }): Loaded => {
    // Time has passed: the provider may have been deleted, or have other keys.
    const provider = findProvider(input.PrincipalArn, state);
    if (provider.uuid !== provenBy.uuid || provider.metadata !== provenBy.metadata) throw noProvider();
    const account = state.all('account').get(provider.account);
    if (account === undefined) throw noProvider();
    const { uuid: providerUuid, entityId, name } = provider;
    const identity = readSamlIdentity(
      verified,
      { ownUrl, providerUuid, entityId, account: provider.account, name },
      now,
    );
    if (identity.subject === undefined) throw fault('AccessDenied', `Not authorized to perform ${action}`);
    const used = usedAssertion(provider, identity);
    checkUnused(state, used);
    return {
      caller: {
        kind: 'federated',
        type: 'SAMLUser',
        account,
        provider: provider.id,
        subject: identity.subject,
        nameQualifier: identity.nameQualifier,
      },
      ...readVouchedSession(input, identity, roleFor(identity, provider, findRole(input.RoleArn, state))),
      used,
    };
  },

  authorize: (_input, session): readonly Question[] =>
    askForSession(action, session, { 'sts:RoleSessionName': session.identity.sessionName }),

  describe: (_input, { role, identity, caller }) => ({
    requestParameters: {
      sAMLAssertionID: identity.assertionId,
      roleSessionName: identity.sessionName,
      ...describeVouched(identity),
    },
    resources: [
      { accountId: role.account, type: 'AWS::IAM::Role', ARN: role.arn },
      { accountId: caller.account.id, type: 'AWS::IAM::SAMLProvider', ARN: caller.provider },
    ],
  }),

  run: async (input, loaded, issuing): Promise<StsTypes.AssumeRoleWithSAMLResponse> => {
    const { identity, caller } = loaded;
    const wantedSeconds = input.DurationSeconds ?? defaultDurationSeconds;
    const checked = checkVouchedSession(issuing, loaded, wantedSeconds);
    await consumeAssertion(issuing.identity, loaded.used);
    return {
      ...issueVouchedSession(issuing, checked, loaded, {
        sessionName: identity.sessionName,
        durationSeconds: shortened(wantedSeconds, identity, issuing.now),
      }),
      Subject: caller.subject,
      SubjectType: identity.subjectType,
      Issuer: identity.issuer,
      Audience: identity.audience,
      NameQualifier: identity.nameQualifier,
    };
  },
});

/** A session lasts no longer than the assertion says, nor than the session at the provider. */
function shortened(
  wantedSeconds: number,
  { sessionDurationSeconds, sessionEndsAt }: SamlIdentity,
  now: number,
): number {
  const left = sessionEndsAt === undefined ? wantedSeconds : Math.floor((sessionEndsAt - now) / 1000);
  return Math.max(1, Math.min(wantedSeconds, sessionDurationSeconds ?? wantedSeconds, left));
}

function findProvider(arn: string, state: IdentityState): SamlProviderDocument {
  const provider = state.all('saml-provider').get(arn);
  if (provider === undefined) throw noProvider();
  return provider;
}

function noProvider(): FederationError {
  return new FederationError('InvalidIdentityToken', "Specified provider doesn't exist");
}

/** The role as far as the provider may give it: one that the assertion does not offer, or that no provider here can give, is as absent as none. */
function roleFor(identity: SamlIdentity, provider: SamlProviderDocument, role: NamedRole): NamedRole {
  const isGiven =
    identity.roles.some((one) => one.role === role.arn && one.provider === provider.id) &&
    role.account === provider.account &&
    role.found?.name.startsWith('AWSReservedSSO_') !== true;
  return isGiven ? role : { ...role, found: undefined };
}
