/**
 * Who exists: accounts, users, groups, roles, policies, keys and devices, as one state held in memory by every process
 * and kept durable by an engine (embedded database, PostgreSQL, or memory for tests).
 *
 * Owns the documents, their indexes and the one way to change them: a transaction under the database's writer lock.
 * Never decides what a change means or who may make it; secrets within are sealed before they get here.
 * Called by services (reads and writes), the pipeline (reads) and main (opens it).
 */
export type {
  AccessKeyDocument,
  AccountCreationDocument,
  AccountDocument,
  AnywhereProfileDocument,
  AnywhereSubjectDocument,
  BucketDocument,
  BucketPolicyDocument,
  CertificateField,
  CredentialReportDocument,
  DelegatedAdministrator,
  DigestKeyDocument,
  Documents,
  EndedTrailDocument,
  ExpiryEvent,
  GroupDocument,
  InlinePolicies,
  InstanceIdentityKeyDocument,
  InstanceProfileDocument,
  Kind,
  LastUsedDocument,
  LoginProfileDocument,
  MfaDeviceDocument,
  NotificationSetting,
  OidcProviderDocument,
  OrganizationalUnitDocument,
  OrganizationDocument,
  OrganizationPolicyDocument,
  OrganizationPolicyType,
  PasswordPolicy,
  PodIdentityAssociationDocument,
  PolicyAttachmentDocument,
  PolicyRecord,
  PolicyVersion,
  RedeemedGrantDocument,
  RevocationListDocument,
  RevokedSessionDocument,
  RoleDocument,
  RootFeature,
  SamlPrivateKey,
  SamlProviderDocument,
  SeenCertificate,
  Tag,
  TokenKeyDocument,
  TrailChainDocument,
  TrailDocument,
  TrustAnchorDocument,
  TrustedService,
  UsedAssertionDocument,
  UserDocument,
  WebIdentityIssuerDocument,
} from './documents.ts';
export type { Change, LoggedChange, RecordEngine } from './engine.ts';
export { RecordEngineError } from './engine.ts';
export { createMemoryDatabase, openMemoryEngine } from './engines/memory.ts';
export { openPostgresEngine } from './engines/postgres.ts';
export { openSqliteEngine } from './engines/sqlite.ts';
export { IdentityState, policyArn } from './state.ts';
export {
  type IdentityStore,
  IdentityStoreError,
  type IdentityTransaction,
  type News,
  openIdentityStore,
} from './store.ts';
