import { generateKeyPairSync, randomBytes } from 'node:crypto';
import samlify from 'samlify';
import { createAuthority } from '../certificate-authority.ts';
import { persistent, samlAttributes, signInUrl } from '../saml-issuer.ts';

const { IdentityProvider, SamlLib, ServiceProvider, setSchemaValidator } = samlify;
const post = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';
// The library wants one before it reads anything; here it only writes.
setSchemaValidator({ validate: () => Promise.resolve('not validated') });

/** An identity provider of samlify's, as an enterprise would run one, and what it takes Brevet for. */
export interface SamlifyProvider {
  readonly metadata: string;
  /** The private key for its encrypted assertions, in PEM. */
  readonly decryptionKey: string;
  /** Base64 of a response about that person for a role. */
  respond(person: {
    readonly nameId: string;
    readonly role: string;
    readonly provider: string;
    readonly sessionName: string;
  }): Promise<string>;
}

export function createSamlifyProvider(
  options: {
    readonly signs?: 'assertion' | 'message' | 'both';
    readonly encrypts?: 'aes128' | 'aes256' | 'aes128-gcm' | 'aes256-gcm' | undefined;
    readonly hash?: 'sha256' | 'sha512';
  } = {},
): SamlifyProvider {
  const { signs = 'assertion', encrypts, hash = 'sha256' } = options;
  const authority = createAuthority();
  const signing = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const decryption = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = ({ privateKey }: typeof signing): string =>
    privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const cipher = {
    aes128: 'http://www.w3.org/2001/04/xmlenc#aes128-cbc',
    aes256: 'http://www.w3.org/2001/04/xmlenc#aes256-cbc',
    'aes128-gcm': 'http://www.w3.org/2009/xmlenc11#aes128-gcm',
    'aes256-gcm': 'http://www.w3.org/2009/xmlenc11#aes256-gcm',
  }[encrypts ?? 'aes256'];
  // The library reads the algorithm, but its type does not know it.
  const encryption = { isAssertionEncrypted: encrypts !== undefined, dataEncryptionAlgorithm: cipher };
  const attribute = (name: string, valueTag: string) => ({
    name: `${samlAttributes}/${name}`,
    nameFormat: 'urn:oasis:names:tc:SAML:2.0:attrname-format:uri',
    valueTag,
    valueXsiType: 'xs:string',
  });
  const idp = IdentityProvider({
    entityID: 'https://samlify.example.com/metadata',
    privateKey: pem(signing),
    signingCert: authority.certify(signing.publicKey),
    requestSignatureAlgorithm: `http://www.w3.org/2001/04/xmldsig-more#rsa-${hash}`,
    nameIDFormat: [persistent],
    singleSignOnService: [{ Binding: post, Location: 'https://samlify.example.com/sso' }],
    singleLogoutService: [{ Binding: post, Location: 'https://samlify.example.com/slo' }],
    ...encryption,
    loginResponseTemplate: {
      context: SamlLib.defaultLoginResponseTemplate.context,
      attributes: [attribute('Role', 'role'), attribute('RoleSessionName', 'sessionName')],
    },
  });
  const brevet = ServiceProvider({
    entityID: 'urn:amazon:webservices',
    wantAssertionsSigned: signs !== 'message',
    wantMessageSigned: signs !== 'assertion',
    assertionConsumerService: [{ Binding: post, Location: signInUrl }],
    encryptCert: authority.certify(decryption.publicKey),
  });
  return {
    metadata: idp.getMetadata(),
    decryptionKey: pem(decryption),
    async respond({ nameId, role, provider, sessionName }) {
      const now = new Date();
      const later = new Date(now.getTime() + 300_000).toISOString();
      const { context } = await idp.createLoginResponse(
        brevet,
        { extract: {} },
        'post',
        { email: nameId },
        {
          encryptThenSign: true,
          customTagReplacement: (template) => {
            const id = `_${randomBytes(16).toString('hex')}`;
            return {
              id,
              context: SamlLib.replaceTagsByValue(template, {
                ID: id,
                AssertionID: `${id}-assertion`,
                Issuer: idp.entityMeta.getEntityID(),
                IssueInstant: now.toISOString(),
                Destination: signInUrl,
                SubjectRecipient: signInUrl,
                Audience: 'urn:amazon:webservices',
                StatusCode: 'urn:oasis:names:tc:SAML:2.0:status:Success',
                ConditionsNotBefore: now.toISOString(),
                ConditionsNotOnOrAfter: later,
                SubjectConfirmationDataNotOnOrAfter: later,
                NameIDFormat: persistent,
                NameID: nameId,
                InResponseTo: '_none',
                AuthnStatement: '',
                attrRole: `${role},${provider}`,
                attrSessionName: sessionName,
              }),
            };
          },
        },
      );
      return context;
    },
  };
}
