import type { AccessKeyId, AccountId, UniqueId } from '#core/identifiers';
import type { Instant } from '#core/time';
import type { DigestFile, DigestLink, LogFileEntry, Selectors } from '#core/trail';
import type { KeySet } from '#core/web-identity';

/** A tag of a resource; keys keep their case, and those of users and roles are compared without it. */
export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** Policy documents by name, as they were written. */
export type InlinePolicies = Readonly<Record<string, string>>;

/** Rules for the passwords of an account's users (UpdateAccountPasswordPolicy). */
export interface PasswordPolicy {
  readonly minimumLength: number;
  readonly requireSymbols: boolean;
  readonly requireNumbers: boolean;
  readonly requireUppercase: boolean;
  readonly requireLowercase: boolean;
  readonly allowUsersToChange: boolean;
  readonly maxAgeDays?: number;
  readonly reusePrevention?: number;
  readonly hardExpiry?: boolean;
}

export interface AccountDocument {
  readonly id: AccountId;
  readonly name: string;
  readonly email: string;
  readonly createdAt: Instant;
  readonly alias?: string;
  /** True for the first account until its root access key has been written to the data directory. */
  readonly rootCredentialsPending?: boolean;
  readonly passwordPolicy?: PasswordPolicy;
  /** Version of the tokens that the global endpoint issues (SetSecurityTokenServicePreferences). */
  readonly globalEndpointTokenVersion?: 1 | 2;
  /** Regions this account has switched off. */
  readonly disabledRegions?: readonly string[];
  readonly organization?: {
    readonly id: string;
    /** Id of the root or organizational unit the account is in. */
    readonly parent: string;
    readonly joinedMethod: 'CREATED' | 'INVITED';
    readonly joinedAt: Instant;
    /** A suspended account is closed: nobody of it may do anything. */
    readonly status: 'ACTIVE' | 'SUSPENDED';
    /** Tags that Organizations keeps. */
    readonly tags?: readonly Tag[];
  };
}

/** The kinds of organization policy that decisions ask. */
export type OrganizationPolicyType = 'SERVICE_CONTROL_POLICY' | 'RESOURCE_CONTROL_POLICY';

export interface OrganizationDocument {
  readonly id: string;
  readonly rootId: string;
  readonly managementAccount: AccountId;
  readonly featureSet: 'ALL' | 'CONSOLIDATED_BILLING';
  readonly createdAt: Instant;
  /** The policy types that are enabled in the root; none when absent. */
  readonly enabledPolicyTypes?: readonly OrganizationPolicyType[];
  readonly rootTags?: readonly Tag[];
  /** Services that may act in the accounts of the organization (EnableAWSServiceAccess), sorted by principal. */
  readonly trustedServices?: readonly TrustedService[];
  /** Members that manage a service for the whole organization (RegisterDelegatedAdministrator). Without its trusted service one is nothing. */
  readonly delegatedAdministrators?: readonly DelegatedAdministrator[];
  /** What IAM lets the organization do as the roots of its members. */
  readonly rootFeatures?: readonly RootFeature[];
}

export interface TrustedService {
  /** `iam.amazonaws.com` */
  readonly principal: string;
  readonly enabledAt: Instant;
}

export interface DelegatedAdministrator {
  readonly account: AccountId;
  /** `iam.amazonaws.com` */
  readonly principal: string;
  readonly registeredAt: Instant;
}

/** Names as ListOrganizationsFeatures answers them. */
export type RootFeature = 'RootCredentialsManagement' | 'RootSessions';

export interface OrganizationalUnitDocument {
  /** `ou-…`, with the end of the root's id in it. */
  readonly id: string;
  readonly organization: string;
  /** Id of the root or organizational unit this one is in. It never moves. */
  readonly parent: string;
  readonly name: string;
  readonly createdAt: Instant;
  readonly tags: readonly Tag[];
}

/** A policy that an organization wrote. AWS's own are not stored. */
export interface OrganizationPolicyDocument {
  /** `p-…` */
  readonly id: string;
  readonly organization: string;
  readonly type: OrganizationPolicyType;
  readonly name: string;
  readonly description: string;
  /** The policy as it was written. */
  readonly content: string;
  readonly createdAt: Instant;
  readonly tags: readonly Tag[];
}

/** That a policy is attached to a root, an organizational unit or an account. */
export interface PolicyAttachmentDocument {
  /** `<target>/<policy>` */
  readonly id: string;
  readonly organization: string;
  readonly target: string;
  readonly policy: string;
  readonly type: OrganizationPolicyType;
}

/** The progress and outcome of one CreateAccount request. */
export interface AccountCreationDocument {
  readonly id: string;
  readonly organization: string;
  readonly accountName: string;
  readonly state: 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED';
  readonly requestedAt: Instant;
  readonly completedAt?: Instant;
  readonly account?: AccountId;
  readonly failureReason?: string;
}

/** What users, groups and roles have in common: a place in the account and policies. */
interface Entity {
  readonly id: UniqueId;
  readonly account: AccountId;
  readonly name: string;
  /** Begins and ends with a slash. */
  readonly path: string;
  readonly createdAt: Instant;
}

interface PolicyHolder extends Entity {
  readonly inlinePolicies: InlinePolicies;
  /** ARNs of managed policies, in the order they were attached. */
  readonly attachedPolicies: readonly string[];
}

export interface UserDocument extends PolicyHolder {
  readonly tags: readonly Tag[];
  /** Unique ids of the groups this user is in. */
  readonly groups: readonly UniqueId[];
  /** ARN of the managed policy that bounds this user. */
  readonly permissionsBoundary?: string;
  readonly passwordLastUsedAt?: Instant;
}

export interface GroupDocument extends PolicyHolder {}

export interface RoleDocument extends PolicyHolder {
  readonly tags: readonly Tag[];
  readonly description?: string;
  readonly maxSessionDurationSeconds: number;
  readonly permissionsBoundary?: string;
  /** The trust policy as it was written. */
  readonly trustPolicy: string;
  /** Unique ids of the users and roles that the trust policy names, by the ARN or id it names them with, as of when it was saved. */
  readonly trustedIds: Readonly<Record<string, UniqueId>>;
}

export interface PolicyVersion {
  /** `v1`, `v2`, … never used twice. */
  readonly id: string;
  readonly document: string;
  readonly createdAt: Instant;
}

export interface PolicyRecord extends Entity {
  readonly description?: string;
  readonly updatedAt: Instant;
  readonly versions: readonly PolicyVersion[];
  readonly defaultVersion: string;
  /** Number of the last version ever made. */
  readonly lastVersion: number;
  readonly tags: readonly Tag[];
}

export interface InstanceProfileDocument extends Entity {
  /** Unique ids of the roles within: none or one. */
  readonly roles: readonly UniqueId[];
  readonly tags: readonly Tag[];
}

export interface AccessKeyDocument {
  readonly id: AccessKeyId;
  readonly account: AccountId;
  /** Unique id of the user, or the account id for a root access key. */
  readonly owner: string;
  readonly status: 'Active' | 'Inactive';
  readonly createdAt: Instant;
  /** The secret access key, sealed by the master key with context `access-key:<id>`. */
  readonly sealedSecret: string;
}

export interface MfaDeviceDocument {
  /** The serial number, which for a virtual device is its ARN. */
  readonly id: string;
  readonly account: AccountId;
  readonly name: string;
  readonly path: string;
  readonly createdAt: Instant;
  /** The TOTP seed, sealed by the master key with context `mfa-device:<serial>`. */
  readonly sealedSeed: string;
  /** Unique id of the user, or the account id for root, once enabled. */
  readonly owner?: string;
  readonly enabledAt?: Instant;
  /** The last TOTP time step that was accepted: no code of this or an earlier step is accepted again. */
  readonly lastStep?: number;
  /** How many steps the device's clock is ahead, learnt by EnableMFADevice and ResyncMFADevice. */
  readonly driftSteps?: number;
  readonly tags: readonly Tag[];
}

export interface LoginProfileDocument {
  /** Unique id of the user. */
  readonly id: UniqueId;
  readonly account: AccountId;
  readonly createdAt: Instant;
  /** The hash of the password, sealed by the master key with context `login-profile:<unique id>`. */
  readonly sealedHash: string;
  /** Those of the passwords before, sealed alike, the latest first. */
  readonly previousSealedHashes: readonly string[];
  readonly changedAt: Instant;
  readonly resetRequired: boolean;
}

/** An OpenID Connect issuer that roles of the account may trust. */
export interface OidcProviderDocument {
  /** Its ARN. */
  readonly id: string;
  readonly account: AccountId;
  /** As it was given, with `https://`: the issuer of its tokens must equal it letter by letter. */
  readonly url: string;
  /** The audiences that are meant for the account. */
  readonly clientIds: readonly string[];
  /** SHA-1 of certificates that its server may be trusted by, hexadecimal, in lower case. */
  readonly thumbprints: readonly string[];
  readonly createdAt: Instant;
  readonly tags: readonly Tag[];
}

/** A private key that a SAML provider's assertions may be encrypted for. */
export interface SamlPrivateKey {
  readonly id: string;
  readonly addedAt: Instant;
  /** PKCS #8, DER, sealed by the master key with context `saml-private-key:<id>`. */
  readonly sealedKey: string;
}

/** A SAML 2.0 identity provider that roles of the account may trust. */
export interface SamlProviderDocument {
  /** Its ARN. */
  readonly id: string;
  readonly account: AccountId;
  readonly name: string;
  /** Unique, in the URL that a provider with encryption sends its assertions to. */
  readonly uuid: string;
  /** The metadata document as it was given. */
  readonly metadata: string;
  /** What was read from it: who issues the assertions, and the keys that sign them (SPKI, DER, base64). */
  readonly entityId: string;
  readonly signingKeys: readonly string[];
  readonly validUntil: Instant;
  readonly createdAt: Instant;
  readonly assertionEncryptionMode?: 'Required' | 'Allowed';
  /** The newest first. */
  readonly privateKeys: readonly SamlPrivateKey[];
  readonly tags: readonly Tag[];
}

/** An assertion that a role was given for: it is taken once. Kept until it could not be redeemed any more. */
export interface UsedAssertionDocument {
  /** A hash of the provider and the assertion's id. */
  readonly id: string;
  readonly account: AccountId;
  readonly forgetAt: Instant;
}

/** Which role the pods of one service account of one cluster get (Amazon EKS API Reference, "PodIdentityAssociation"). */
export interface PodIdentityAssociationDocument {
  /** Its ARN. */
  readonly id: string;
  readonly account: AccountId;
  /** ARN of the cluster. */
  readonly cluster: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly roleArn: string;
  /** A role that the first one takes on, whose credentials the pods get instead. */
  readonly targetRoleArn?: string;
  readonly disableSessionTags: boolean;
  /** A session policy, as it was written. */
  readonly policy?: string;
  readonly createdAt: Instant;
  readonly modifiedAt: Instant;
  /** What the request that made it named itself by: sent again, it finds the association made. */
  readonly requestToken?: string;
  readonly tags: readonly Tag[];
}

/** A session that was ended before its time, by the id of its temporary access key. Kept until no session of its age can live. */
export interface RevokedSessionDocument {
  /** `ASIA…` */
  readonly id: AccessKeyId;
  readonly account: AccountId;
  readonly revokedAt: Instant;
  /** `Inactive` can be taken back, as of any access key; `Deleted` cannot. */
  readonly status: 'Inactive' | 'Deleted';
}

/** A sign-in that was signed out of before its time. Kept until it would have ended anyway. */
export interface EndedSignInDocument {
  readonly id: string;
  readonly account: AccountId;
  /** When it would have ended. */
  readonly endsAt: Instant;
}

/** Something of signing in that works only once, and has been used: an authorization code, or a DPoP proof. */
export interface RedeemedGrantDocument {
  /** The code's own id, or the hash of the proof's key and id. */
  readonly id: string;
  readonly account: AccountId;
  /** When it would have been good no longer anyway. */
  readonly expiresAt: Instant;
}

/** Who in an account had which credentials at one time (GenerateCredentialReport). */
export interface CredentialReportDocument {
  /** The account's id: it keeps one report. */
  readonly id: AccountId;
  readonly generatedAt: Instant;
  /** CSV. */
  readonly content: string;
}

/** When and where an access key or a role was last used. Written seldom, and late by up to a minute. */
export interface LastUsedDocument {
  /** Access key id, or unique id of a role. */
  readonly id: string;
  readonly at: Instant;
  readonly region: string;
  readonly service: string;
}

/** A key that seals session tokens, wrapped by the master key. */
export interface TokenKeyDocument {
  readonly id: string;
  readonly wrapped: string;
  readonly createdAt: Instant;
  readonly notBefore: Instant;
}

/** A bucket that was made through the gateway, and whose it is. Buckets that the store had before are not kept here. */
export interface BucketDocument {
  /** The bucket's name. */
  readonly id: string;
  readonly account: AccountId;
  readonly createdAt: Instant;
}

/** The policy of a bucket, which the gateway asks and the store behind it never sees. */
export interface BucketPolicyDocument {
  /** The bucket's name. */
  readonly id: string;
  /** The account that owned the bucket when the policy was put: it counts for that owner only. */
  readonly account: AccountId;
  /** The policy as it was written. */
  readonly document: string;
  /** Unique ids of the users and roles that it names, by the name as written, so that who takes a name later is not meant. */
  readonly principalIds: Readonly<Record<string, UniqueId>>;
  readonly updatedAt: Instant;
}

/** A trail: which events of an account are delivered, and to which bucket (CloudTrail API, "Trail"). */
export interface TrailDocument {
  /** The ARN. */
  readonly id: string;
  readonly account: AccountId;
  readonly name: string;
  readonly homeRegion: string;
  readonly bucket: string;
  readonly prefix?: string;
  readonly includeGlobalServiceEvents: boolean;
  readonly isMultiRegion: boolean;
  readonly logFileValidation: boolean;
  /** Every management event when absent. */
  readonly selectors?: Selectors;
  readonly tags: readonly Tag[];
  /** When it was logging, oldest first; the last one is open while it is. */
  readonly logging: readonly { readonly from: Instant; readonly to?: Instant }[];
}

/** A trail that was deleted, until everything it logged is delivered. */
export interface EndedTrailDocument {
  /** `<ARN> <deletedAt>` */
  readonly id: string;
  readonly trail: TrailDocument;
  readonly deletedAt: Instant;
}

/** How far the delivery of one trail's events of one Region has come. */
export interface TrailChainDocument {
  /** `<ARN> <Region>` */
  readonly id: string;
  /** ARN of the trail. */
  readonly trail: string;
  readonly region: string;
  readonly deliveredAt?: Instant;
  readonly digestDeliveredAt?: Instant;
  readonly attemptedAt?: Instant;
  /** Why the latest log file or digest file could not be delivered; absent when it was. */
  readonly error?: string;
  readonly digestError?: string;
  /** Present while digests are written. */
  readonly digests?: {
    /** The end of the last digest, or the start of the chain. */
    readonly since: Instant;
    readonly previous?: DigestLink;
    /** Delivered log files that no digest lists yet. */
    readonly logFiles: readonly LogFileEntry[];
    /** A digest that is signed and not yet delivered. Its bytes follow from it. */
    readonly pending?: { readonly digest: DigestFile; readonly signature: string; readonly isLast: boolean };
  };
}

/** A key pair that signs the digests of one account's events of one Region. */
export interface DigestKeyDocument {
  /** The fingerprint that digests name it by. */
  readonly id: string;
  readonly account: AccountId;
  readonly region: string;
  /** PKCS #1 RSAPublicKey, DER, base64. */
  readonly publicKey: string;
  /** The private key (PKCS #8, DER), sealed by the master key with context `digest-key:<fingerprint>`; gone once it signs no more. */
  readonly sealedPrivateKey?: string;
  readonly validFrom: Instant;
  readonly validUntil: Instant;
}

/** The key pair that signs the identity documents of instances. There is one. */
export interface InstanceIdentityKeyDocument {
  readonly id: 'current';
  /** SPKI, PEM. */
  readonly publicKey: string;
  /** The private key (PKCS #8, DER), sealed by the master key with context `instance-identity-key`. */
  readonly sealedPrivateKey: string;
}

/** The issuer of an account's web identity tokens. It stays when the account switches them off, since tokens live on. */
export interface WebIdentityIssuerDocument {
  /** The UUID in its URL. */
  readonly id: string;
  readonly account: AccountId;
  readonly isEnabled: boolean;
  readonly createdAt: Instant;
  /** Oldest first. */
  readonly keySets: readonly KeySet[];
}

/** Something of IAM Roles Anywhere: it is known by its UUID and is of one Region. */
interface AnywhereResource {
  /** The UUID. */
  readonly id: string;
  readonly account: AccountId;
  readonly region: string;
  readonly name: string;
  readonly isEnabled: boolean;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly tags: readonly Tag[];
}

export type ExpiryEvent = 'CA_CERTIFICATE_EXPIRY' | 'END_ENTITY_CERTIFICATE_EXPIRY';

/** What an account has set for one kind of notification in place of the default. */
export interface NotificationSetting {
  readonly event: ExpiryEvent;
  readonly isEnabled: boolean;
  readonly thresholdDays?: number;
  /** Who set it. */
  readonly configuredBy: string;
}

/** Certificate authorities whose certificates stand for roles of the account. */
export interface TrustAnchorDocument extends AnywhereResource {
  /** The certificates as they were given, in PEM. */
  readonly certificates: string;
  readonly notificationSettings: readonly NotificationSetting[];
}

export type CertificateField = 'x509Subject' | 'x509Issuer' | 'x509SAN';

/** Which roles certificates may stand for, and what bounds the sessions. */
export interface AnywhereProfileDocument extends AnywhereResource {
  readonly createdBy: string;
  readonly requireInstanceProperties: boolean;
  readonly acceptRoleSessionName: boolean;
  readonly durationSeconds: number;
  readonly roleArns: readonly string[];
  readonly managedPolicyArns: readonly string[];
  readonly sessionPolicy?: string;
  /** Which parts of a field become session tags, by the field. */
  readonly attributeMappings: Readonly<Record<CertificateField, readonly string[]>>;
}

/** Certificates that an authority of a trust anchor has taken back. */
export interface RevocationListDocument extends AnywhereResource {
  /** UUID of the trust anchor. */
  readonly trustAnchor: string;
  /** As it was given, in PEM. */
  readonly list: string;
}

/** A certificate that a subject was seen with. */
export interface SeenCertificate {
  /** Lower-case hexadecimal. */
  readonly serialNumber: string;
  readonly issuer: string;
  /** PEM. */
  readonly certificate: string;
  readonly seenAt: Instant;
}

/** Whoever has got credentials by certificates of one subject. */
export interface AnywhereSubjectDocument {
  /** The UUID, which follows from account, Region and subject. */
  readonly id: string;
  readonly account: AccountId;
  readonly region: string;
  readonly x509Subject: string;
  readonly createdAt: Instant;
  readonly lastSeenAt: Instant;
  readonly tags: readonly Tag[];
  /** The latest first. */
  readonly certificates: readonly SeenCertificate[];
  readonly instanceProperties: readonly {
    readonly properties: Readonly<Record<string, string>>;
    readonly seenAt: Instant;
  }[];
}

/** Every kind of record and the document it holds. */
export interface Documents {
  readonly account: AccountDocument;
  readonly organization: OrganizationDocument;
  readonly 'account-creation': AccountCreationDocument;
  readonly 'organizational-unit': OrganizationalUnitDocument;
  readonly 'organization-policy': OrganizationPolicyDocument;
  readonly 'policy-attachment': PolicyAttachmentDocument;
  readonly user: UserDocument;
  readonly group: GroupDocument;
  readonly role: RoleDocument;
  readonly policy: PolicyRecord;
  readonly 'instance-profile': InstanceProfileDocument;
  readonly 'access-key': AccessKeyDocument;
  readonly 'mfa-device': MfaDeviceDocument;
  readonly 'login-profile': LoginProfileDocument;
  readonly 'oidc-provider': OidcProviderDocument;
  readonly 'saml-provider': SamlProviderDocument;
  readonly 'used-assertion': UsedAssertionDocument;
  readonly 'pod-identity-association': PodIdentityAssociationDocument;
  readonly 'credential-report': CredentialReportDocument;
  readonly 'revoked-session': RevokedSessionDocument;
  readonly 'ended-sign-in': EndedSignInDocument;
  readonly 'redeemed-grant': RedeemedGrantDocument;
  readonly 'last-used': LastUsedDocument;
  readonly 'token-key': TokenKeyDocument;
  readonly bucket: BucketDocument;
  readonly 'bucket-policy': BucketPolicyDocument;
  readonly trail: TrailDocument;
  readonly 'ended-trail': EndedTrailDocument;
  readonly 'trail-chain': TrailChainDocument;
  readonly 'digest-key': DigestKeyDocument;
  readonly 'instance-identity-key': InstanceIdentityKeyDocument;
  readonly 'web-identity-issuer': WebIdentityIssuerDocument;
  readonly 'trust-anchor': TrustAnchorDocument;
  readonly 'anywhere-profile': AnywhereProfileDocument;
  readonly 'revocation-list': RevocationListDocument;
  readonly 'anywhere-subject': AnywhereSubjectDocument;
}

export type Kind = keyof Documents;
