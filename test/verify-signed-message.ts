import { Certificate, ContentInfo, CryptoEngine, SignedData, setEngine } from 'pkijs';

setEngine('node', new CryptoEngine({ name: 'node', crypto: globalThis.crypto }));

/**
 * The text of a PKCS #7 message, verified with a certificate (DER) by a library that did not make it. Rejects when the signature, the digest of the
 * text or the signer's name is not right.
 */
export async function verifySignedMessage(message: Uint8Array, certificate: Uint8Array): Promise<string> {
  const signed = new SignedData({ schema: ContentInfo.fromBER(exact(message)).content });
  signed.certificates = [Certificate.fromBER(exact(certificate))];
  const isVerified = await signed.verify({ signer: 0 });
  const content = signed.encapContentInfo.eContent?.getValue();
  if (!isVerified || content === undefined) throw new Error('the message is not verified');
  return Buffer.from(content).toString();
}

function exact(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
