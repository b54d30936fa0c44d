import type { Element, PrincipalMention } from './document.ts';
import type { PrincipalFacts } from './request.ts';

/**
 * How a resource policy reaches a principal, weakest first: through its account (which only delegates), through its role or issuing user
 * (which boundary and session policies still limit), or itself.
 */
export type Reach = 'none' | 'account' | 'limited' | 'direct';

const strengths: Readonly<Record<Reach, number>> = { none: 0, account: 1, limited: 2, direct: 3 };

export function strongerReach(left: Reach, right: Reach): Reach {
  return strengths[left] >= strengths[right] ? left : right;
}

/** Reads the reach of one mention. */
type Matcher = (principal: PrincipalFacts) => Reach;

export interface CompiledPrincipal {
  readonly element: Element<PrincipalMention>;
  readonly denies: boolean;
  readonly matchers: readonly Matcher[];
}

/**
 * Makes a Principal element ready. With `ids` (ARN as written to unique id) users, roles and role sessions match only by unique id,
 * and an ARN that is not in it matches nobody: a principal made anew under an old name is somebody else.
 */
export function compilePrincipal(
  element: Element<PrincipalMention>,
  denies: boolean,
  ids: ReadonlyMap<string, string> | undefined,
): CompiledPrincipal {
  return { element, denies, matchers: element.values.map((mention) => compileMention(mention, ids)) };
}

/** How an element reaches a principal; `none` when it does not apply. */
export function matchPrincipal(
  { element, denies, matchers }: CompiledPrincipal,
  principal: PrincipalFacts,
): Reach {
  if (element.negated) {
    // Whoever is listed in any part is kept out of an Allow: what spares too few from a Deny would let too many in here.
    const isSpared = denies
      ? isExempt(matchers, principal)
      : matchers.some((matcher) => matcher(principal) !== 'none');
    return isSpared ? 'none' : 'direct';
  }
  let reach: Reach = 'none';
  for (const matcher of matchers) reach = strongerReach(reach, matcher(principal));
  return reach;
}

/**
 * NotPrincipal spares from a Deny only a principal of whom every part is listed: its account, its role or user, and its session
 * (IAM User Guide, "AWS JSON policy elements: NotPrincipal").
 */
function isExempt(matchers: readonly Matcher[], principal: PrincipalFacts): boolean {
  const reaches = new Set(matchers.map((matcher) => matcher(principal)));
  switch (principal.type) {
    case 'role-session':
    case 'federated-user':
      return reaches.has('account') && reaches.has('limited') && reaches.has('direct');
    case 'user':
      return reaches.has('account') && reaches.has('direct');
    case 'root':
      return reaches.has('account');
    default:
      return reaches.has('direct');
  }
}

function compileMention(
  { form, value }: PrincipalMention,
  ids: ReadonlyMap<string, string> | undefined,
): Matcher {
  switch (form) {
    case 'Service':
      return (principal) => (principal.type === 'service' && principal.service === value ? 'direct' : 'none');
    case 'Federated':
      return (principal) =>
        principal.type === 'federated' && (value === '*' || principal.provider === value) ? 'direct' : 'none';
    case 'CanonicalUser':
      // A canonical user id names an S3 account, which no principal here carries.
      return () => 'none';
    case 'AWS':
      return compileAws(value, ids);
  }
}

function compileAws(value: string, ids: ReadonlyMap<string, string> | undefined): Matcher {
  if (value === '*')
    return (principal) =>
      principal.type === 'service' || principal.type === 'federated' ? 'none' : 'direct';
  const account = /^([0-9]{12})$/.exec(value)?.[1] ?? /^arn:[^:]+:iam::([0-9]{12}):root$/.exec(value)?.[1];
  if (account !== undefined)
    return (principal) => ('account' in principal && principal.account === account ? 'account' : 'none');
  const boundId = ids?.get(value);
  // Anchored, as the path of a role may hold these words too.
  const isFederatedUser = /^arn:[^:]+:sts::[0-9]{12}:federated-user\//.test(value);
  if (ids !== undefined && boundId === undefined && !isFederatedUser) return () => 'none';
  const isIt = (arn: string, id: string): boolean =>
    boundId === undefined ? arn === value || id === value : id === boundId;
  if (/^arn:[^:]+:sts:/.test(value)) {
    return (principal) => {
      if (principal.type === 'role-session') {
        return principal.arn === value && (boundId === undefined || principal.id === boundId)
          ? 'direct'
          : 'none';
      }
      return principal.type === 'federated-user' && principal.arn === value ? 'direct' : 'none';
    };
  }
  return (principal) => {
    switch (principal.type) {
      case 'user':
        return isIt(principal.arn, principal.id) ? 'direct' : 'none';
      case 'role-session':
        return isIt(principal.roleArn, principal.id) ? 'limited' : 'none';
      case 'federated-user':
        return isIt(principal.issuer.arn, principal.issuer.id) ? 'limited' : 'none';
      default:
        return 'none';
    }
  };
}
