import { type CompiledPolicy, compilePolicy, type PolicyKind, parsePolicy } from '#core/policy';
import { RecentlyUsed } from '#core/recently-used';
import type { RoleDocument } from '#stores/identity';

/** A trust policy with the unique ids its principals had when it was saved. */
export type TrustSource = Pick<RoleDocument, 'trustPolicy' | 'trustedIds'>;

type CachedKind = Extract<PolicyKind, 'identity' | 'boundary' | 'session' | 'scp' | 'rcp'>;

/**
 * Compiled policies, kept by their text, and trust policies by the role document they are part of.
 * Texts and documents never change, so an entry is right for as long as it is found.
 * Throws PolicyError when a stored text is not a policy, which fails the request closed.
 */
export class PolicyCache {
  readonly #byText: Readonly<Record<CachedKind, RecentlyUsed<string, CompiledPolicy>>>;
  readonly #trust: RecentlyUsed<TrustSource, CompiledPolicy>;

  constructor(limit: number) {
    this.#byText = {
      identity: new RecentlyUsed(limit),
      boundary: new RecentlyUsed(limit),
      session: new RecentlyUsed(limit),
      scp: new RecentlyUsed(limit),
      rcp: new RecentlyUsed(limit),
    };
    this.#trust = new RecentlyUsed(limit);
  }

  compile(text: string, kind: CachedKind): CompiledPolicy {
    return this.#byText[kind].get(text, () => compilePolicy(parsePolicy(text, kind)));
  }

  /** A trust policy, whose users and roles match by unique id. */
  compileTrust(role: TrustSource): CompiledPolicy {
    return this.#trust.get(role, () =>
      compilePolicy(parsePolicy(role.trustPolicy, 'trust'), {
        principalIds: new Map(Object.entries(role.trustedIds)),
      }),
    );
  }
}
