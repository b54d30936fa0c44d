import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { AccountId } from '#core/identifiers';
import type { Instant } from '#core/time';
import { fingerprintOf } from '#core/trail';
import type { DigestKeyDocument, IdentityState, IdentityStore } from '#stores/identity';
import type { SecretBox } from '#stores/keyring';

const modulusBits = 2048;
const dayMs = 86_400_000;
const signsForMs = 90 * dayMs;
/** Verifiers ask for keys by the time of what they verify, with clocks of their own. */
const overlapMs = dayMs;

const generate = promisify(generateKeyPair);

/** A key that may sign, with its fingerprint. */
export interface DigestKey {
  readonly fingerprint: string;
  readonly privateKey: KeyObject;
}

/**
 * The key that signs digests of an account's events of a Region now; made when there is none or the last one has signed long enough. The
 * private half of the one before is then forgotten, the public half kept for ever. Throws KeyringError when the key cannot be opened.
 */
export async function ensureDigestKey(
  account: AccountId,
  region: string,
  now: Instant,
  { identity, box }: { readonly identity: IdentityStore; readonly box: SecretBox },
): Promise<DigestKey> {
  const present = signingKey(identity.state, account, region, now);
  if (present !== undefined) return open(present, box);
  const { publicKey, privateKey } = await generate('rsa', { modulusLength: modulusBits });
  const der = publicKey.export({ type: 'pkcs1', format: 'der' });
  const id = fingerprintOf(der);
  const made: DigestKeyDocument = {
    id,
    account,
    region,
    publicKey: der.toString('base64'),
    sealedPrivateKey: box.seal(privateKey.export({ type: 'pkcs8', format: 'der' }), contextOf(id)),
    validFrom: now,
    validUntil: now + signsForMs + overlapMs,
  };
  const chosen = await identity.write(({ state, put }) => {
    // Another process may have made one meanwhile.
    const other = signingKey(state, account, region, now);
    if (other !== undefined) return other;
    for (const { sealedPrivateKey: _forgotten, ...old } of state
      .all('digest-key')
      .list(groupOf(account, region))) {
      put('digest-key', old);
    }
    put('digest-key', made);
    return made;
  });
  return open(chosen, box);
}

function signingKey(
  state: IdentityState,
  account: AccountId,
  region: string,
  now: Instant,
): DigestKeyDocument | undefined {
  return state
    .all('digest-key')
    .list(groupOf(account, region))
    .find(
      ({ sealedPrivateKey, validFrom }) => sealedPrivateKey !== undefined && now < validFrom + signsForMs,
    );
}

function open({ id, sealedPrivateKey = '' }: DigestKeyDocument, box: SecretBox): DigestKey {
  const der = Buffer.from(box.open(sealedPrivateKey, contextOf(id)));
  return { fingerprint: id, privateKey: createPrivateKey({ key: der, type: 'pkcs8', format: 'der' }) };
}

function contextOf(fingerprint: string): string {
  return `digest-key:${fingerprint}`;
}

function groupOf(account: AccountId, region: string): string {
  return `${account} ${region}`;
}
