import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { signXml } from '@node-saml/node-saml/lib/xml.js';
import { createAuthority, isNoAuthority } from './certificate-authority.ts';

export const samlAttributes = 'https://aws.amazon.com/SAML/Attributes';
export const signInUrl = 'https://signin.aws.amazon.com/saml';
export const persistent = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';

/** What a response of a test says; everything that is left out is as AWS wants it. */
export interface ResponseOptions {
  /** Milliseconds. */
  readonly now: number;
  readonly issuer: string;
  /** `role-arn,provider-arn` */
  readonly roles: readonly string[];
  readonly sessionName?: string | undefined;
  readonly nameId?: string | undefined;
  readonly nameIdFormat?: string;
  readonly recipient?: string;
  readonly audience?: string;
  readonly assertionId?: string;
  readonly responseId?: string;
  /** Further attributes, by full name. */
  readonly attributes?: Readonly<Record<string, readonly string[]>>;
  readonly sessionNotOnOrAfter?: number;
  /** Put in place of what stands between the tags of the assertion. */
  readonly edit?: (assertion: string) => string;
}

/** A response with one assertion, in the shape that identity providers send to AWS, not signed. */
export function samlResponse(options: ResponseOptions): string {
  const { issuer, recipient = signInUrl, responseId = `_${randomBytes(16).toString('hex')}` } = options;
  const at = instant(options.now);
  const assertion = samlAssertion(options);
  return `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${responseId}" Version="2.0" IssueInstant="${at}" Destination="${recipient}"><saml:Issuer>${issuer}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>${assertion}</samlp:Response>`;
}

/** The assertion of such a response, with its own declarations of namespaces. */
export function samlAssertion(options: ResponseOptions): string {
  const { now, issuer, roles, recipient = signInUrl, audience = 'urn:amazon:webservices' } = options;
  const sessionName = 'sessionName' in options ? options.sessionName : 'alice@example.com';
  const nameId = 'nameId' in options ? options.nameId : 'alice';
  const format = options.nameIdFormat ?? persistent;
  const id = options.assertionId ?? `_${randomBytes(16).toString('hex')}`;
  const later = instant(now + 300_000);
  const attributes: Readonly<Record<string, readonly string[]>> = {
    ...(roles.length === 0 ? {} : { [`${samlAttributes}/Role`]: roles }),
    ...(sessionName === undefined ? {} : { [`${samlAttributes}/RoleSessionName`]: [sessionName] }),
    ...options.attributes,
  };
  const value = (text: string): string =>
    `<saml:AttributeValue xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">${text}</saml:AttributeValue>`;
  const statements = Object.entries(attributes)
    .map(
      ([name, values]) =>
        `<saml:Attribute Name="${name}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri">${values.map(value).join('')}</saml:Attribute>`,
    )
    .join('');
  const sessionEnd =
    options.sessionNotOnOrAfter === undefined
      ? ''
      : ` SessionNotOnOrAfter="${instant(options.sessionNotOnOrAfter)}"`;
  const subject = nameId === undefined ? '' : `<saml:NameID Format="${format}">${nameId}</saml:NameID>`;
  const assertion = `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${id}" Version="2.0" IssueInstant="${instant(now)}"><saml:Issuer>${issuer}</saml:Issuer><saml:Subject>${subject}<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="${later}" Recipient="${recipient}"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="${instant(now - 60_000)}" NotOnOrAfter="${later}"><saml:AudienceRestriction><saml:Audience>${audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="${instant(now)}"${sessionEnd}><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>${statements}</saml:AttributeStatement></saml:Assertion>`;
  return options.edit === undefined ? assertion : options.edit(assertion);
}

/** `2026-01-02T03:04:05.000Z` */
export function instant(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** As the SAMLAssertion parameter carries it. */
export function encodeResponse(xml: string): string {
  return Buffer.from(xml).toString('base64');
}

export type Signed = 'Response' | 'Assertion';

/** A SAML identity provider of a test: a key, metadata, and a signer that is not Brevet's. */
export interface SamlIssuer {
  readonly entityId: string;
  readonly metadata: string;
  readonly publicKey: KeyObject;
  readonly privateKey: string;
  /** Base64 of the certificate. */
  readonly certificate: string;
  /** The document with the signature of its Response, its Assertion, or first the one and then the other. */
  sign(xml: string, ...what: readonly Signed[]): string;
}

export function createSamlIssuer(
  entityId = 'https://idp.example.com/saml',
  {
    bits = 2048,
    repeatsExtension = false,
  }: { readonly bits?: number; readonly repeatsExtension?: boolean } = {},
): SamlIssuer {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  const extensions = repeatsExtension ? [isNoAuthority, isNoAuthority] : [isNoAuthority];
  const certificate = createAuthority().certify(publicKey, extensions);
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return {
    entityId,
    publicKey,
    privateKey: pem,
    certificate,
    metadata: samlMetadata(entityId, [certificate]),
    sign: (xml, ...what) =>
      what.reduce((document, name) => signElement(document, name, pem), xml.replaceAll(/\n\s*/g, '')),
  };
}

/** Metadata of an identity provider with those certificates. */
export function samlMetadata(entityId: string, certificates: readonly string[], more = ''): string {
  const keys = certificates
    .map(
      (certificate) =>
        `<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`,
    )
    .join('');
  const formats = [persistent, 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient']
    .map((format) => `<md:NameIDFormat>${format}</md:NameIDFormat>`)
    .join('');
  return `<?xml version="1.0" encoding="UTF-8"?>
<!-- of a test -->
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entityId}"${more}><md:IDPSSODescriptor WantAuthnRequestsSigned="false" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${keys}${formats}<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${entityId}/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>
`;
}

function signElement(xml: string, name: Signed, privateKey: string): string {
  const element = `//*[local-name(.)='${name}']`;
  return signXml(
    xml,
    element,
    { reference: `${element}/*[local-name(.)='Issuer']`, action: 'after' },
    { privateKey, signatureAlgorithm: 'sha256', digestAlgorithm: 'sha256' },
  );
}
