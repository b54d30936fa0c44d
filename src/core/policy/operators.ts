/** What a condition operator compares, without its prefix and suffix. */
export type OperatorFamily = 'string' | 'numeric' | 'date' | 'bool' | 'binary' | 'ip' | 'arn' | 'null';

export type Comparison =
  | 'equals'
  | 'equals-ignore-case'
  | 'like'
  | 'less'
  | 'less-equals'
  | 'greater'
  | 'greater-equals'
  | 'in-range'
  | 'is-absent';

interface BaseOperator {
  readonly family: OperatorFamily;
  readonly comparison: Comparison;
  /** True where one of the values matching makes the condition false. */
  readonly negated: boolean;
}

/** A condition operator in all its parts (IAM User Guide, "IAM JSON policy elements: Condition operators"). */
export interface Operator extends BaseOperator {
  readonly set: 'none' | 'all' | 'any';
  readonly ifExists: boolean;
}

function pair(
  family: OperatorFamily,
  comparison: Comparison,
  name: string,
  negatedName: string,
): [string, BaseOperator][] {
  return [
    [name, { family, comparison, negated: false }],
    [negatedName, { family, comparison, negated: true }],
  ];
}

function single(family: OperatorFamily, comparison: Comparison, name: string): [string, BaseOperator][] {
  return [[name, { family, comparison, negated: false }]];
}

const baseOperators: ReadonlyMap<string, BaseOperator> = new Map(
  [
    ...pair('string', 'equals', 'StringEquals', 'StringNotEquals'),
    ...pair('string', 'equals-ignore-case', 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase'),
    ...pair('string', 'like', 'StringLike', 'StringNotLike'),
    ...['Numeric', 'Date'].flatMap((prefix) => {
      const family = prefix === 'Numeric' ? 'numeric' : 'date';
      return [
        ...pair(family, 'equals', `${prefix}Equals`, `${prefix}NotEquals`),
        ...single(family, 'less', `${prefix}LessThan`),
        ...single(family, 'less-equals', `${prefix}LessThanEquals`),
        ...single(family, 'greater', `${prefix}GreaterThan`),
        ...single(family, 'greater-equals', `${prefix}GreaterThanEquals`),
      ];
    }),
    ...single('bool', 'equals', 'Bool'),
    ...single('binary', 'equals', 'BinaryEquals'),
    ...pair('ip', 'in-range', 'IpAddress', 'NotIpAddress'),
    ...pair('arn', 'like', 'ArnEquals', 'ArnNotEquals'),
    ...pair('arn', 'like', 'ArnLike', 'ArnNotLike'),
    ...single('null', 'is-absent', 'Null'),
  ].map(([name, operator]) => [name.toLowerCase(), operator]),
);

/** The operator of that name, whatever its case, or undefined when there is none. `Null` takes no IfExists. */
export function parseOperator(name: string): Operator | undefined {
  let rest = name.toLowerCase();
  let set: Operator['set'] = 'none';
  if (rest.startsWith('forallvalues:')) set = 'all';
  else if (rest.startsWith('foranyvalue:')) set = 'any';
  if (set !== 'none') rest = rest.slice(rest.indexOf(':') + 1);
  const ifExists = rest.endsWith('ifexists');
  const base = baseOperators.get(ifExists ? rest.slice(0, -'ifexists'.length) : rest);
  if (base === undefined || (ifExists && base.family === 'null')) return undefined;
  return { ...base, set, ifExists };
}
