import { createPrivateKey, generateKeyPair, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { Instant } from '#core/time';
import type { IdentityStore, InstanceIdentityKeyDocument } from '#stores/identity';
import type { SecretBox } from '#stores/keyring';
import { base64Lines, selfSignedCertificate, signedMessage } from './signed-message.ts';

const modulusBits = 2048;
const context = 'instance-identity-key';
const generate = promisify(generateKeyPair);

/** The proofs of an identity document, as the metadata show them. */
export interface IdentityProofs {
  /** RSA PKCS #1 v1.5 with SHA-256 over the document's bytes, base64. */
  readonly signature: string;
  /** The document signed in PKCS #7, base64 in lines. */
  readonly pkcs7: string;
}

/** Signs an identity document. */
export type SignIdentity = (document: string, at: Instant) => IdentityProofs;

/** Signs identity documents, and what others verify them with. */
export interface IdentityKey {
  readonly sign: SignIdentity;
  /** SPKI, PEM. */
  readonly publicKey: string;
  /** What the PKCS #7 form names as its signer, PEM. */
  readonly certificate: string;
}

/** The key of this installation, made when there is none. Throws KeyringError when it cannot be opened. */
export async function ensureIdentityKey({
  identity,
  box,
}: {
  readonly identity: IdentityStore;
  readonly box: SecretBox;
}): Promise<IdentityKey> {
  return open(identity.state.all(context).get('current') ?? (await make(identity, box)), box);
}

async function make(identity: IdentityStore, box: SecretBox): Promise<InstanceIdentityKeyDocument> {
  const { publicKey, privateKey } = await generate('rsa', { modulusLength: modulusBits });
  const made: InstanceIdentityKeyDocument = {
    id: 'current',
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sealedPrivateKey: box.seal(privateKey.export({ type: 'pkcs8', format: 'der' }), context),
  };
  return identity.write(({ state, put }) => {
    // Another process may have made one meanwhile.
    const other = state.all(context).get('current');
    if (other !== undefined) return other;
    put(context, made);
    return made;
  });
}

function open({ publicKey, sealedPrivateKey }: InstanceIdentityKeyDocument, box: SecretBox): IdentityKey {
  const der = Buffer.from(box.open(sealedPrivateKey, context));
  const privateKey = createPrivateKey({ key: der, type: 'pkcs8', format: 'der' });
  return {
    publicKey,
    certificate: `-----BEGIN CERTIFICATE-----\n${base64Lines(selfSignedCertificate(privateKey))}\n-----END CERTIFICATE-----\n`,
    sign: (document, at) => ({
      signature: sign('sha256', Buffer.from(document), privateKey).toString('base64'),
      pkcs7: base64Lines(signedMessage(document, at, privateKey)),
    }),
  };
}
