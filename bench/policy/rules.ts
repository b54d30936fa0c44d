/** One statement, in a form that both policy languages can say. */
export interface Rule {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  /** An ARN in which `*` is a wildcard. */
  readonly resource: string;
  /** The team that the principal's tag must name. */
  readonly team?: string;
}

/** What is asked of every set of rules; the last rule that speaks of it allows it. */
export const question = {
  account: '111122223333',
  principal: 'arn:aws:iam::111122223333:user/reader',
  team: 'blue',
  action: 's3:GetObject',
  resource: 'arn:aws:s3:::reports/2026/january.csv',
};

export const threeRules: readonly Rule[] = [
  { effect: 'Deny', actions: ['s3:GetObject', 's3:PutObject'], resource: 'arn:aws:s3:::reports/secret/*' },
  { effect: 'Allow', actions: ['s3:ListBucket'], resource: 'arn:aws:s3:::reports' },
  {
    effect: 'Allow',
    actions: ['s3:GetObject', 's3:PutObject'],
    resource: 'arn:aws:s3:::reports/*',
    team: 'blue',
  },
];

const services = [
  ...['dynamodb', 'sqs', 'sns', 'kms', 'lambda', 'ec2', 'ecr', 'logs', 'events', 'states'],
  ...['ssm', 'rds', 'glue', 'athena', 'kinesis', 'firehose', 'batch', 'ecs', 'route53', 's3'],
];

/** Twenty policies of ten statements, each about a service of its own; the last statement of all is the one that allows. */
export const twentyPolicies: readonly (readonly Rule[])[] = services.map((service) =>
  Array.from({ length: 10 }, (_, index): Rule => {
    const isLast = service === 's3' && index === 9;
    return {
      effect: index % 5 === 0 ? 'Deny' : 'Allow',
      actions: [`${service}:GetObject`, `${service}:PutObject`, `${service}:ListObjects`],
      resource: isLast ? 'arn:aws:s3:::reports/*' : `arn:aws:${service}:::things-${index}/*`,
      ...(index % 3 === 0 ? { team: 'blue' } : {}),
    };
  }),
);

/** The rules as a policy of AWS. */
export function toAwsPolicy(rules: readonly Rule[]): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: rules.map(({ effect, actions, resource, team }) => ({
      Effect: effect,
      Action: actions,
      Resource: resource,
      ...(team === undefined ? {} : { Condition: { StringEquals: { 'aws:PrincipalTag/team': team } } }),
    })),
  });
}

/** The rules as policies of Cedar. */
export function toCedarPolicies(rules: readonly Rule[]): string {
  return rules
    .map(({ effect, actions, resource, team }) => {
      const named = actions.map((action) => `Action::"${action}"`).join(', ');
      const tag = team === undefined ? '' : ` && context has team && context.team == "${team}"`;
      const kind = effect === 'Allow' ? 'permit' : 'forbid';
      return `${kind}(principal, action in [${named}], resource) when { context.arn like "${resource}"${tag} };`;
    })
    .join('\n');
}
