/**
 * What an operation is: the phases it fills in, who may be calling, and the questions it puts to policy.
 * It also collects what a question is put to: the policies that have a say, and the condition keys of the request.
 * The base room of the services. It holds no operation, decides nothing and writes no audit: the pipeline does.
 * Called by every service and by the pipeline.
 */

export { openAuthorizationMessage, sealAuthorizationMessage } from './authorization-message.ts';
export { awsManagedPolicies, awsManagedPolicy } from './aws-managed-policies.ts';
export type { AwsManagedPolicy } from './aws-managed-policy.ts';
export { type BoundIds, bindPrincipals, showPrincipals } from './bound-principals.ts';
export {
  type Caller,
  callerAccount,
  callerArn,
  callerUserId,
  type FederatedCaller,
  type FederatedUserCaller,
  principalFacts,
  type RoleCaller,
  type RootCaller,
  roleArn,
  type SamlCaller,
  type ServiceCaller,
  type UserCaller,
  userArn,
  type WebIdentityCaller,
} from './caller.ts';
export { CallerDescriptionError, decodeCaller, encodeCaller } from './caller-codec.ts';
export type { CallerDescription, NamedText, PolicyTexts } from './caller-description.ts';
export {
  type CertificateCall,
  type CertificateCaller,
  type CertificateOperation,
  type CertificatePhases,
  defineCertificateOperation,
  type PresentedCertificates,
} from './certificate-operation.ts';
export { type Cluster, clusterArn, findCluster } from './cluster.ts';
export { collectGroupPolicies, collectPolicies, collectTrustPolicies } from './collect-policies.ts';
export { isDelegatedAdministrator, trustableServices, trustsService } from './delegation.ts';
export { describeCaller } from './describe-caller.ts';
export { type CredentialSource, type Found, findCaller, findCallerOfSession } from './find-caller.ts';
export { GuessLimit } from './guess-limit.ts';
export {
  findInstance,
  type Instance,
  type InstanceDescription,
  instanceArn,
  type RoleDelivery,
} from './instance.ts';
export { checkRegion, issueSession, type NewSession } from './issue-session.ts';
export { lazyContext } from './lazy-context.ts';
export { type ManagedPolicy, managedPolicy } from './managed-policies.ts';
export { consumeMfaCode, type MfaProof, matchMfaCode, matchMfaCodeOfUser, mfaSeed } from './mfa.ts';
export {
  type Call,
  type Claim,
  defineFederatedOperation,
  defineOperation,
  definePersonOperation,
  defineServiceOperation,
  type FederatedIssuing,
  type FederatedOperation,
  type FederatedPhases,
  type Issuing,
  loadNothing,
  type Moment,
  type Operation,
  type PersonOperation,
  type PersonPhases,
  type Phases,
  type Proving,
  type Question,
  type RecordDetails,
  type ServiceOperation,
  type Unsupported,
  unsupported,
  type World,
} from './operation.ts';
export {
  awsOrganizationPolicies,
  isPolicyTypeEnabled,
  type OrganizationLevel,
  type OrganizationPolicy,
  organizationPath,
  organizationPathText,
  organizationPolicy,
  policiesOfTarget,
  resourceControlLevels,
  resourceControlLevelsOf,
  serviceControlLevels,
  unitPath,
} from './organization-policies.ts';
export { PolicyCache } from './policy-cache.ts';
export { type KeySource, ProviderKeys } from './provider-keys.ts';
export {
  type Connection,
  federatedContext,
  principalTags,
  requestContext,
  serviceContext,
} from './request-context.ts';
export { type RootTask, rootTask } from './root-tasks.ts';
export { matchSealedPassword, passwordExpiry, sealPassword } from './sealed-password.ts';
export type { AssumeForService, ServiceCall, ServiceSession } from './service-session.ts';
export {
  claimOf,
  longestSignInSeconds,
  type SignedIn,
  signedInCaller,
  signIn,
  withNewPassword,
} from './signed-in.ts';
