import { createPrivateKey, generateKeyPair, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { IdentityStore, InstanceIdentityKeyDocument } from '#stores/identity';
import type { SecretBox } from '#stores/keyring';

const modulusBits = 2048;
const context = 'instance-identity-key';
const generate = promisify(generateKeyPair);

/** Signs identity documents, and what others verify them with. */
export interface IdentityKey {
  /** RSA PKCS #1 v1.5 with SHA-256 over the document's bytes, base64 as `/signature` shows it. */
  readonly sign: (document: string) => string;
  /** SPKI, PEM. */
  readonly publicKey: string;
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
    sign: (document) => sign('sha256', Buffer.from(document), privateKey).toString('base64'),
  };
}
