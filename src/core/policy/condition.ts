import { compileArnPattern, matchArn, partCount, splitArn } from './arn-pattern.ts';
import type { ContextValue, RequestContext } from './context.ts';
import type { Condition, PolicyVersionName } from './document.ts';
import { isInRange, parseIp, parseIpRange } from './ip.ts';
import { type Operator, parseOperator } from './operators.ts';
import { parseDate, parseNumber } from './scalar.ts';
import { parseTemplate, substitute } from './template.ts';
import { compileTextPattern, matchText } from './text-pattern.ts';

/** Whether one value of the request matches one value of the policy. */
type ValueMatcher = (value: string, context: RequestContext) => boolean;

/** One key of one operator, made ready. */
export interface CompiledCondition {
  readonly condition: Condition;
  readonly operator: Operator;
  /** Lower-cased. */
  readonly key: string;
  readonly matchers: readonly ValueMatcher[];
}

/** Throws RangeError for an operator that validation would have refused. */
export function compileCondition(condition: Condition, version: PolicyVersionName): CompiledCondition {
  const operator = parseOperator(condition.operator);
  if (operator === undefined) throw new RangeError(`unknown condition operator ${condition.operator}`);
  const variables = version === '2012-10-17';
  return {
    condition,
    operator,
    key: condition.key.toLowerCase(),
    matchers: condition.values.map(({ text }) => compileValue(operator, text, variables)),
  };
}

/** Whether a condition holds (IAM User Guide, "Conditions with multiple context keys or values"). */
export function matchCondition(compiled: CompiledCondition, context: RequestContext): boolean {
  const { operator, key } = compiled;
  const value = context.get(key);
  const isAbsent = value === undefined || (typeof value !== 'string' && value.length === 0);
  if (operator.family === 'null') return matchesOne(compiled.matchers, isAbsent ? 'true' : 'false', context);
  if (isAbsent) return holdsWithoutValue(operator);
  return typeof value === 'string'
    ? matchesValue(compiled, value, context)
    : matchesValues(compiled, value, context);
}

/** A key that is not there: nothing equals it, so whatever demands a match fails and whatever forbids one holds. */
function holdsWithoutValue({ ifExists, set, negated }: Operator): boolean {
  if (ifExists) return true;
  if (set === 'all') return true;
  return set === 'none' && negated;
}

function matchesValue(
  { operator, matchers }: CompiledCondition,
  value: string,
  context: RequestContext,
): boolean {
  return matchesOne(matchers, value, context) !== operator.negated;
}

function matchesValues(
  compiled: CompiledCondition,
  values: Exclude<ContextValue, string>,
  context: RequestContext,
): boolean {
  const { operator, matchers } = compiled;
  switch (operator.set) {
    case 'all':
      return values.every((value) => matchesValue(compiled, value, context));
    case 'any':
      return values.some((value) => matchesValue(compiled, value, context));
    case 'none':
      // Without a set operator any value may satisfy a positive test, and none may break a negated one.
      return values.some((value) => matchesOne(matchers, value, context)) !== operator.negated;
  }
}

function matchesOne(matchers: readonly ValueMatcher[], value: string, context: RequestContext): boolean {
  for (const matcher of matchers) if (matcher(value, context)) return true;
  return false;
}

function compileValue(operator: Operator, text: string, variables: boolean): ValueMatcher {
  switch (operator.family) {
    case 'string':
      return compileString(operator, text, variables);
    case 'arn': {
      if (text === '*') return (value) => value.startsWith('arn:');
      const pattern = compileArnPattern(text, { variables, from: 0 });
      const isWhole = pattern.parts.length === partCount;
      return (value, context) => isWhole && matchArn(pattern, splitArn(value), context);
    }
    case 'numeric':
      return compileOrder(operator, text, parseNumber);
    case 'date':
      return compileOrder(operator, text, parseDate);
    case 'bool':
    case 'null': {
      const wanted = text.toLowerCase();
      return (value) => value.toLowerCase() === wanted;
    }
    case 'binary': {
      const wanted = withoutPadding(text);
      return (value) => withoutPadding(value) === wanted;
    }
    case 'ip': {
      const range = parseIpRange(text);
      return (value) => {
        const address = parseIp(value);
        return range !== undefined && address !== undefined && isInRange(range, address);
      };
    }
  }
}

/** Base64 ends in at most two `=`; looking for longer runs of them would cost the square of their length. */
function withoutPadding(base64: string): string {
  return base64.replace(/={1,2}$/, '');
}

function compileString({ comparison }: Operator, text: string, variables: boolean): ValueMatcher {
  const parts = parseTemplate(text, { wildcards: comparison === 'like', variables });
  if (comparison !== 'equals-ignore-case') {
    const pattern = compileTextPattern(parts);
    return (value, context) => matchText(pattern, value, context);
  }
  return (value, context) => {
    const wanted = substitute(parts, context);
    if (wanted === undefined) return false;
    const joined = wanted.map((part) => (part.type === 'text' ? part.text : '')).join('');
    return value.toLowerCase() === joined.toLowerCase();
  };
}

function compileOrder(
  { comparison }: Operator,
  text: string,
  parse: (text: string) => number | undefined,
): ValueMatcher {
  // NaN is neither equal to anything nor less nor greater: what cannot be read never matches.
  const right = parse(text) ?? Number.NaN;
  return (value) => {
    const left = parse(value) ?? Number.NaN;
    switch (comparison) {
      case 'less':
        return left < right;
      case 'less-equals':
        return left <= right;
      case 'greater':
        return left > right;
      case 'greater-equals':
        return left >= right;
      default:
        return left === right;
    }
  };
}
