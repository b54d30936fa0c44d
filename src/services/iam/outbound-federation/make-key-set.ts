import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { KeySet, SigningKey } from '#core/web-identity';
import type { SecretBox } from '#stores/keyring';

const modulusBits = 2048;
const generate = promisify(generateKeyPair);

/** Fresh keys of an issuer, their private halves sealed. */
export async function makeKeySet(
  issuer: string,
  number: number,
  box: SecretBox,
): Promise<Omit<KeySet, 'signsFrom'>> {
  const [rsa, ec] = await Promise.all([
    generate('rsa', { modulusLength: modulusBits }),
    generate('ec', { namedCurve: 'P-384' }),
  ]);
  const seal = (kid: string, { publicKey, privateKey }: typeof rsa): SigningKey => ({
    kid,
    publicJwk: publicMembers(publicKey),
    sealedPrivateKey: box.seal(
      privateKey.export({ type: 'pkcs8', format: 'der' }),
      `web-identity-key:${issuer}:${kid}`,
    ),
  });
  return { number, keys: { RS256: seal(`RSA_${number}`, rsa), ES384: seal(`EC384_${number}`, ec) } };
}

/** The members that make up a public key, and no other. */
function publicMembers(key: KeyObject): Record<string, string> {
  const { n, e, crv, x, y } = key.export({ format: 'jwk' });
  const members = Object.entries({ n, e, crv, x, y });
  return Object.fromEntries(members.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
