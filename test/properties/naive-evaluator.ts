import type { Decision, PolicyType, PrincipalFacts } from '#core/policy';

/**
 * A second evaluator, slow and plain, kept only to test the real one against. It reads documents as JSON gives them, tries every way to
 * match a wildcard, and is written from AWS's rules rather than from the real one. It knows what the generators make and no more.
 */

export interface NaiveStatement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: '*' | { readonly AWS: readonly string[] };
  readonly Action?: readonly string[];
  readonly NotAction?: readonly string[];
  readonly Resource?: readonly string[];
  readonly NotResource?: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

export type NaivePolicy = readonly NaiveStatement[];

export interface NaivePolicies {
  readonly identity: readonly NaivePolicy[];
  readonly boundary?: NaivePolicy;
  readonly session?: readonly NaivePolicy[];
  readonly resource?: NaivePolicy;
  readonly resourceKind: 'trust' | 'resource';
  readonly scps: readonly (readonly NaivePolicy[])[];
}

export interface NaiveRequest {
  readonly principal: PrincipalFacts & { readonly type: 'user' | 'role-session' | 'root' };
  readonly action: string;
  readonly resource: string;
  readonly resourceAccount: string;
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

type Answer = Pick<Decision, 'effect' | 'decidedBy'>;

/** The one variable that generators make, written so that no tool takes it for a template. */
export const usernameVariable = '\u0024{aws:username}';

/** Whether a pattern of text, `*` and `?` is the whole value, by trying every length for every `*`. */
export function naiveLike(pattern: string, value: string): boolean {
  if (pattern === '') return value === '';
  const rest = pattern.slice(1);
  if (pattern[0] === '*')
    return naiveLike(rest, value) || (value !== '' && naiveLike(pattern, value.slice(1)));
  return value !== '' && (pattern[0] === '?' || pattern[0] === value[0]) && naiveLike(rest, value.slice(1));
}

function likeArn(pattern: string, value: string): boolean {
  const split = (arn: string): string[] => {
    const parts = arn.split(':');
    return [...parts.slice(0, 5), ...(parts.length > 5 ? [parts.slice(5).join(':')] : [])];
  };
  const patterns = split(pattern);
  const values = split(value);
  return (
    patterns.length === values.length && patterns.every((part, index) => naiveLike(part, values[index] ?? ''))
  );
}

/** A pattern with its variable filled in; `literal` rewrites the value that goes in. */
function fill(pattern: string, request: NaiveRequest, literal = hide): string | undefined {
  if (!pattern.includes(usernameVariable)) return pattern;
  const value = request.context['aws:username'];
  return typeof value === 'string' ? pattern.replaceAll(usernameVariable, literal(value)) : undefined;
}

/** Wildcards as letters that generators never make: those of a value are only themselves. */
function hide(value: string): string {
  return value.replaceAll('*', '\u0001').replaceAll('?', '\u0002');
}

function resourceMatches(pattern: string, request: NaiveRequest): boolean {
  if (pattern === '*') return true;
  const filled = fill(pattern, request);
  return filled !== undefined && likeArn(filled, hide(request.resource));
}

function valueMatches(operator: string, wanted: string, value: string, request: NaiveRequest): boolean {
  const filled = fill(wanted, request);
  switch (operator) {
    case 'StringEquals':
      return fill(wanted, request, (text) => text) === value;
    case 'StringLike':
      return filled !== undefined && naiveLike(filled, hide(value));
    case 'ArnLike':
      return (
        filled !== undefined &&
        (wanted === '*'
          ? value.startsWith('arn:')
          : value.split(':').length >= 6 && likeArn(filled, hide(value)))
      );
    case 'NumericLessThan':
      return Number(value) < Number(wanted);
    case 'Bool':
      return value === wanted;
    default:
      throw new Error(`the generators make no ${operator}`);
  }
}

function conditionHolds(
  name: string,
  key: string,
  wanted: readonly string[],
  request: NaiveRequest,
): boolean {
  const value = request.context[key];
  const values = value === undefined ? [] : typeof value === 'string' ? [value] : value;
  if (name === 'Null') return wanted.includes(values.length === 0 ? 'true' : 'false');
  const set = name.split(':').length === 2 ? name.split(':')[0] : undefined;
  const ifExists = name.endsWith('IfExists');
  const written = (name.split(':').at(-1) ?? '').replace('IfExists', '');
  const negated = written.includes('Not');
  const operator = written.replace('Not', '');
  const equalsAny = (one: string): boolean =>
    wanted.some((text) => valueMatches(operator, text, one, request));
  if (values.length === 0 && ifExists) return true;
  if (set === 'ForAllValues') return values.every((one) => equalsAny(one) !== negated);
  if (set === 'ForAnyValue') return values.some((one) => equalsAny(one) !== negated);
  return negated ? !values.some(equalsAny) : values.some(equalsAny);
}

/** How a Principal reaches the caller; `itself` where there is no Principal. */
function reachOf(
  { Principal }: NaiveStatement,
  { principal }: NaiveRequest,
): 'itself' | 'role' | 'account' | undefined {
  if (Principal === undefined || Principal === '*') return 'itself';
  if (Principal.AWS.includes('*') || (principal.type !== 'root' && Principal.AWS.includes(principal.arn)))
    return 'itself';
  if (principal.type === 'role-session' && Principal.AWS.includes(principal.roleArn)) return 'role';
  if (Principal.AWS.includes(principal.account)) return 'account';
  return undefined;
}

function applies(statement: NaiveStatement, request: NaiveRequest): boolean {
  const { Action, NotAction, Resource, NotResource, Condition = {} } = statement;
  const covers = (patterns: readonly string[]): boolean =>
    patterns.some((pattern) => naiveLike(pattern.toLowerCase(), request.action.toLowerCase()));
  const holds = (patterns: readonly string[]): boolean =>
    patterns.some((pattern) => resourceMatches(pattern, request));
  return (
    reachOf(statement, request) !== undefined &&
    (Action === undefined || covers(Action)) &&
    (NotAction === undefined || !covers(NotAction)) &&
    (Resource === undefined || holds(Resource)) &&
    (NotResource === undefined || !holds(NotResource)) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) => conditionHolds(operator, key, wanted, request)),
    )
  );
}

/** The answer, with the kind of policy that AWS would name. */
export function naiveEvaluate(request: NaiveRequest, policies: NaivePolicies): Answer {
  const { identity, boundary, session, resource, resourceKind, scps } = policies;
  const ofEffect = (effect: string, list: readonly NaivePolicy[]): readonly NaiveStatement[] =>
    list.flat().filter((statement) => statement.Effect === effect && applies(statement, request));
  const allows = (list: readonly NaivePolicy[]): boolean => ofEffect('Allow', list).length > 0;
  const no = (decidedBy: PolicyType): Answer => ({ effect: 'implicit-deny', decidedBy });
  const yes = (decidedBy: PolicyType | 'root'): Answer => ({ effect: 'allow', decidedBy });

  const resourceList = resource === undefined ? [] : [resource];
  const all: readonly (readonly [PolicyType, readonly NaivePolicy[]])[] = [
    ['scp', scps.flat()],
    [resourceKind, resourceList],
    ['identity', identity],
    ['boundary', boundary === undefined ? [] : [boundary]],
    ['session', session ?? []],
  ];
  for (const [type, list] of all)
    if (ofEffect('Deny', list).length > 0) return { effect: 'explicit-deny', decidedBy: type };
  if (!scps.every(allows)) return no('scp');

  const reaches = ofEffect('Allow', resourceList).map((statement) => reachOf(statement, request));
  const limits: Answer | undefined =
    boundary !== undefined && !allows([boundary])
      ? no('boundary')
      : session !== undefined && !allows(session)
        ? no('session')
        : undefined;
  const own: Answer =
    request.principal.type === 'root'
      ? yes('root')
      : allows(identity)
        ? (limits ?? yes('identity'))
        : no('identity');

  if (request.resourceAccount !== request.principal.account) {
    if (own.effect !== 'allow') return own;
    return reaches.length > 0 ? yes(resourceKind) : no(resource === undefined ? 'resource' : resourceKind);
  }
  if (resourceKind === 'trust' && resource !== undefined && reaches.length === 0) return no('trust');
  if (reaches.includes('itself')) return yes(resourceKind);
  if (reaches.includes('role')) return limits ?? yes(resourceKind);
  return own;
}
