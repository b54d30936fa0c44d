import type { Instant } from '#core/time';
import { keySetsAfterRotation, nextKeySetNumber } from '#core/web-identity';
import type { IdentityStore } from '#stores/identity';
import type { SecretBox } from '#stores/keyring';
import { makeKeySet } from './make-key-set.ts';

/**
 * Makes the next keys of the issuers whose last ones are old, and drops those that no living token is signed with.
 * Every process may run it: the transaction decides whose keys are taken.
 */
export async function rotateWebIdentityKeys(
  now: Instant,
  { identity, box }: { readonly identity: IdentityStore; readonly box: SecretBox },
): Promise<void> {
  for (const { id, keySets, isEnabled } of [...identity.state.all('web-identity-issuer').values()]) {
    const number = isEnabled ? nextKeySetNumber(keySets, now) : undefined;
    const made = number === undefined ? undefined : await makeKeySet(id, number, box);
    if (keySetsAfterRotation(keySets, made, now) === keySets) continue;
    await identity.write(({ state, put }) => {
      const issuer = state.all('web-identity-issuer').get(id);
      if (issuer === undefined) return;
      const rotated = keySetsAfterRotation(issuer.keySets, made, now);
      if (rotated !== issuer.keySets) put('web-identity-issuer', { ...issuer, keySets: rotated });
    });
  }
}
