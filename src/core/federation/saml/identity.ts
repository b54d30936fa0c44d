import type { XmlNode } from '#core/xml';
import { FederationError, invalidToken } from '../federation-error.ts';
import { type AwsAttributes, readAttributes, readAwsAttributes } from './attributes.ts';
import { attributeKeys } from './condition-keys.ts';
import { attributeOf, childOf, childrenOf, elementsOf, malformed, onlyChildOf, textOf } from './elements.ts';
import { assertionNamespace } from './names.ts';
import { matchAudience, matchRecipient, nameQualifier, type SamlDoors } from './recipients.ts';
import { parseInstant } from './times.ts';
import type { VerifiedAssertion } from './verify-response.ts';

/** What a provider is to the account that trusts it. */
export interface SamlProviderRules extends SamlDoors {
  readonly entityId: string;
  readonly account: string;
  readonly name: string;
}

/** Whom an assertion speaks of, every rule kept. */
export interface SamlIdentity extends AwsAttributes {
  /** The NameID; undefined when the assertion has none, and then nobody is spoken of. */
  readonly subject: string | undefined;
  readonly subjectType: string;
  readonly issuer: string;
  /** The Recipient that the assertion was made for. */
  readonly audience: string;
  readonly nameQualifier: string;
  /** Id of the assertion, and until when it can be redeemed, in milliseconds since the Unix epoch. */
  readonly assertionId: string;
  readonly redeemableUntil: number;
  /** When the session at the provider ends. */
  readonly sessionEndsAt: number | undefined;
  /** Condition keys of the trust policy. */
  readonly trustKeys: Readonly<Record<string, string | readonly string[]>>;
  /** Those that stay for the session: namequalifier, sub and sub_type. */
  readonly sessionKeys: Readonly<Record<string, string>>;
}

/** How far a provider's clock may be ahead. */
const skewMs = 300_000;
const redeemableMs = 300_000;
const longestText = 256;
const formatPrefix = 'urn:oasis:names:tc:SAML:2.0:nameid-format:';
const unspecified = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified';
const success = 'urn:oasis:names:tc:SAML:2.0:status:Success';
const bearer = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';
/** Conditions that ask nothing of who redeems an assertion once (SAML Core §2.5.1). */
const knownConditions: ReadonlySet<string> = new Set([
  'AudienceRestriction',
  'OneTimeUse',
  'ProxyRestriction',
]);

/**
 * Holds a verified assertion against the rules of its provider, and reads whom it speaks of (SAML Profiles §4.1.4.3; IAM User Guide, "Configure
 * SAML assertions for the authentication response"). `now` in milliseconds since the Unix epoch. Throws FederationError, in AWS's words where
 * they are known.
 */
export function readSamlIdentity(
  { assertion, response, claimed }: VerifiedAssertion,
  provider: SamlProviderRules,
  now: number,
): SamlIdentity {
  if (claimed.status !== success) throw malformed('its status is not Success');
  if (
    claimed.destination !== undefined &&
    claimed.destination !== '' &&
    !matchRecipient(claimed.destination, provider)
  ) {
    throw malformed('its Destination is another');
  }
  if (response !== undefined)
    checkIssuer(childOf(response, assertionNamespace, 'Issuer'), provider, 'optional');
  checkIssuer(childOf(assertion, assertionNamespace, 'Issuer'), provider, 'required');
  const assertionId = attributeOf(assertion, 'ID') ?? '';
  if (attributeOf(assertion, 'Version') !== '2.0' || assertionId === '' || assertionId.length > longestText) {
    throw malformed('its assertion has no ID or is not of SAML 2.0');
  }
  const issuedAt = instantOf(assertion, 'IssueInstant');
  if (issuedAt === undefined) throw malformed('its assertion has no IssueInstant');
  if (now - issuedAt > redeemableMs) {
    throw new FederationError('ExpiredTokenException', 'Token must be redeemed within 5 minutes of issuance');
  }
  checkNotBefore(issuedAt, now);
  checkConditions(onlyChildOf(assertion, assertionNamespace, 'Conditions'), provider, now);
  const subject = onlyChildOf(assertion, assertionNamespace, 'Subject');
  const audience = readRecipient(subject, provider, now);
  const name = readName(subject);
  const sessionEndsAt = readSessionEnd(assertion, now);
  const attributes = readAttributes(assertion);
  const qualifier = nameQualifier(provider.entityId, provider.account, provider.name);
  const sessionKeys = {
    'saml:namequalifier': qualifier,
    ...(name === undefined ? {} : { 'saml:sub': name.text, 'saml:sub_type': name.type }),
  };
  return {
    subject: name?.text,
    subjectType: name?.type ?? unspecified,
    issuer: provider.entityId,
    audience,
    nameQualifier: qualifier,
    assertionId,
    redeemableUntil: issuedAt + redeemableMs,
    sessionEndsAt,
    ...readAwsAttributes(attributes),
    trustKeys: {
      ...attributeKeys(attributes),
      'saml:aud': audience,
      'saml:iss': provider.entityId,
      'saml:doc': `${provider.account}/${provider.name}`,
      ...sessionKeys,
    },
    sessionKeys,
  };
}

function checkIssuer(
  issuer: XmlNode | undefined,
  { entityId }: SamlProviderRules,
  presence: 'required' | 'optional',
): void {
  if (issuer === undefined && presence === 'optional') return;
  if (issuer === undefined || textOf(issuer) !== entityId) {
    throw invalidToken('Issuer not present in specified provider');
  }
}

function instantOf(node: XmlNode, name: string): number | undefined {
  const text = attributeOf(node, name);
  return text === undefined ? undefined : parseInstant(text, name);
}

function checkNotBefore(instant: number, now: number): void {
  if (instant > now + skewMs) throw malformed('it is not valid yet');
}

function checkNotOnOrAfter(instant: number, now: number): void {
  if (now < instant) return;
  const seconds = [now, instant].map((time) => Math.floor(time / 1000));
  throw new FederationError(
    'ExpiredTokenException',
    `Token expired: current date/time ${seconds[0]} must be before the expiration date/time ${seconds[1]}`,
  );
}

/** Every restriction of the audience must name one of this service's names (SAML Core §2.5.1.4). */
function checkConditions(conditions: XmlNode, provider: SamlProviderRules, now: number): void {
  checkNotBefore(instantOf(conditions, 'NotBefore') ?? Number.NEGATIVE_INFINITY, now);
  checkNotOnOrAfter(instantOf(conditions, 'NotOnOrAfter') ?? Number.POSITIVE_INFINITY, now);
  for (const condition of elementsOf(conditions)) {
    if (condition.namespace !== assertionNamespace || !knownConditions.has(condition.localName)) {
      throw malformed(`its assertion has a condition ${condition.localName}, which is not understood`);
    }
  }
  const restrictions = childrenOf(conditions, assertionNamespace, 'AudienceRestriction');
  const isForUs = (restriction: XmlNode): boolean =>
    childrenOf(restriction, assertionNamespace, 'Audience').some((one) =>
      matchAudience(textOf(one), provider),
    );
  if (restrictions.length === 0 || !restrictions.every(isForUs)) {
    throw invalidToken('Response does not contain the required audience.');
  }
}

/** The Recipient of the one bearer confirmation there must be (SAML Profiles §4.1.4.2). */
function readRecipient(subject: XmlNode, provider: SamlProviderRules, now: number): string {
  const [confirmation, ...others] = childrenOf(subject, assertionNamespace, 'SubjectConfirmation');
  if (confirmation === undefined || others.length > 0 || attributeOf(confirmation, 'Method') !== bearer) {
    throw malformed('its subject must have exactly one SubjectConfirmation, of a bearer');
  }
  const data = onlyChildOf(confirmation, assertionNamespace, 'SubjectConfirmationData');
  const recipient = attributeOf(data, 'Recipient');
  const notOnOrAfter = instantOf(data, 'NotOnOrAfter');
  if (recipient === undefined || notOnOrAfter === undefined || attributeOf(data, 'NotBefore') !== undefined) {
    throw malformed('its SubjectConfirmationData must have a Recipient and NotOnOrAfter, and no NotBefore');
  }
  if (!matchRecipient(recipient, provider)) throw malformed('its Recipient is another');
  checkNotOnOrAfter(notOnOrAfter, now);
  return recipient;
}

function readName(subject: XmlNode): { readonly text: string; readonly type: string } | undefined {
  const name = childOf(subject, assertionNamespace, 'NameID');
  const text = name === undefined ? '' : textOf(name);
  if (name === undefined || text === '') return undefined;
  const format = attributeOf(name, 'Format') ?? unspecified;
  if (text.length > longestText || format.length > longestText) {
    throw malformed(`its NameID must have at most ${longestText} characters`);
  }
  return { text, type: format.startsWith(formatPrefix) ? format.slice(formatPrefix.length) : format };
}

/** When the first of the provider's sessions ends that the assertion speaks of (SAML Core §2.7.2). */
function readSessionEnd(assertion: XmlNode, now: number): number | undefined {
  const ends = childrenOf(assertion, assertionNamespace, 'AuthnStatement').flatMap(
    (statement) => instantOf(statement, 'SessionNotOnOrAfter') ?? [],
  );
  if (ends.length === 0) return undefined;
  const end = Math.min(...ends);
  checkNotOnOrAfter(end, now);
  return end;
}
