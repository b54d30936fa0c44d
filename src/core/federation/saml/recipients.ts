import { createHash } from 'node:crypto';

/** Where a provider's assertions may say that they are meant to be sent, and for whom. */
export interface SamlDoors {
  /** The URL at which Brevet itself is reached, without a slash at its end. */
  readonly ownUrl: string;
  /** The unique id of the provider, which may stand at the end of the URL. */
  readonly providerUuid: string;
}

const region = '[a-z]{2}(?:-[a-z]+)+-[0-9]';
const awsSignIn = new RegExp(
  `^https://(?:${region}\\.)?signin\\.aws\\.amazon\\.com/(?:static/)?saml(/acs/[A-Z0-9]+)?$`,
);

/**
 * True for the Recipients that are accepted, letter by letter: AWS's sign-in endpoint, global and of a Region, so that an identity provider that is
 * set up for AWS needs no change, and Brevet's own URL with `/saml` (IAM User Guide, "Configure SAML assertions for the authentication response").
 */
export function matchRecipient(recipient: string, { ownUrl, providerUuid }: SamlDoors): boolean {
  const ownPath = `/acs/${providerUuid}`;
  const aws = awsSignIn.exec(recipient);
  if (aws !== null) return aws[1] === undefined || aws[1] === ownPath;
  return recipient === `${ownUrl}/saml` || recipient === `${ownUrl}/saml${ownPath}`;
}

/** True for the audiences that are accepted: AWS's name, or a Recipient, which some providers number (`…/saml#2`) to tell applications apart. */
export function matchAudience(audience: string, doors: SamlDoors): boolean {
  return audience === 'urn:amazon:webservices' || matchRecipient(audience.replace(/#[0-9]{1,4}$/, ''), doors);
}

/** What tells people of one provider from those of another (AWS STS API Reference, AssumeRoleWithSAML, "NameQualifier"). */
export function nameQualifier(issuer: string, account: string, providerName: string): string {
  return createHash('sha1').update(`${issuer}${account}/${providerName}`).digest('base64');
}
