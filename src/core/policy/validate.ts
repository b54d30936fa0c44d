import { parseArn } from '#core/arn';
import type { PolicyDocument, PolicyKind, PrincipalMention, Statement, Value } from './document.ts';
import { parseIpRange } from './ip.ts';
import { type OperatorFamily, parseOperator } from './operators.ts';
import { PolicyError, type Position } from './policy-error.ts';
import { parseDate, parseNumber } from './scalar.ts';

const kindsWithPrincipal: ReadonlySet<PolicyKind> = new Set(['trust', 'resource', 'rcp']);
const kindsOfOrganizations: ReadonlySet<PolicyKind> = new Set(['scp', 'rcp']);
const partitions: ReadonlySet<string> = new Set([
  'aws',
  'aws-cn',
  'aws-us-gov',
  'aws-iso',
  'aws-iso-b',
  'aws-eusc',
  '*',
]);
/** The identity providers that a policy names by their domain. */
const providersWithoutArn: ReadonlySet<string> = new Set([
  'accounts.google.com',
  'cognito-identity.amazonaws.com',
  'graph.facebook.com',
  'www.amazon.com',
]);
const iamPathStarts =
  /^(\*|user\/|federated-user\/|role\/|group\/|instance-profile\/|mfa\/|server-certificate\/|policy\/|sms-mfa\/|saml-provider\/|oidc-provider\/|report\/|access-report\/|root$|user\*|role\*|group\*|policy\*)/;

/**
 * Checks a policy that has the right shape: each check over all statements before the next, in the order AWS makes them.
 * Throws PolicyError.
 */
export function checkDocument(document: PolicyDocument, currentVersionOnly: boolean): void {
  const { kind, statements } = document;
  for (const statement of statements) checkPrincipalPlace(statement, kind);
  for (const statement of statements) checkOperators(statement);
  if (currentVersionOnly || kindsOfOrganizations.has(kind)) checkVersion(document);
  for (const statement of statements) checkLegacyShape(statement);
  checkSids(document);
  for (const statement of statements) checkActionsGiven(statement);
  for (const statement of statements) checkResourcesGiven(statement, kind);
  for (const { resource } of statements) for (const value of resource?.values ?? []) checkResource(value);
  for (const statement of statements) checkActions(statement, kind);
  for (const statement of statements) checkConditionKeys(statement);
  if (kind === 'rcp') for (const statement of statements) checkResourceControl(statement);
}

function checkVersion({ version }: PolicyDocument): void {
  if (version !== '2012-10-17')
    throw new PolicyError('Policy document must be version 2012-10-17 or greater.');
}

function checkPrincipalPlace({ principal, position }: Statement, kind: PolicyKind): void {
  if (!kindsWithPrincipal.has(kind)) {
    if (principal !== undefined)
      throw fail('Policy document should not specify a principal.', principal.position);
    return;
  }
  if (principal === undefined) throw fail('Missing required field Principal', position);
  if (principal.negated && kind !== 'resource')
    throw fail('Has prohibited field NotPrincipal', principal.position);
  if (principal.values.length === 0) throw fail('Syntax errors in policy.', principal.position);
  for (const mention of principal.values) checkPrincipal(mention);
}

/**
 * What resource control policies leave out of the language (AWS Organizations User Guide, "RCP syntax"): they speak of everybody, name their
 * actions, and only deny, but for RCPFullAWSAccess, whose one statement allows everything.
 */
function checkResourceControl({
  effect,
  principal,
  action,
  resource,
  conditions,
  position,
}: Statement): void {
  const everybody = principal?.values.every(({ form, value }) => form === 'AWS' && value === '*') ?? false;
  if (!everybody)
    throw fail('Principal must be "*" in a resource control policy.', principal?.position ?? position);
  if (action.negated) throw fail('Has prohibited field NotAction', action.position);
  const everyAction = action.values.find(({ text }) => text === '*');
  if (effect === 'Deny') {
    if (everyAction !== undefined)
      throw fail('A resource control policy names the service of its actions.', everyAction.position);
    return;
  }
  const allowsEverything =
    everyAction !== undefined &&
    resource?.negated === false &&
    resource.values.some(({ text }) => text === '*') &&
    conditions.length === 0;
  if (!allowsEverything) throw fail('A resource control policy can only deny.', position);
}

function checkPrincipal(mention: PrincipalMention): void {
  const { form, value } = mention;
  const isGood = {
    AWS: () => isAwsPrincipal(value),
    Federated: () =>
      value === '*' ||
      /^arn:[^:*?]+:iam::[0-9]{12}:(saml|oidc)-provider\/[^*?]+$/.test(value) ||
      providersWithoutArn.has(value),
    Service: () => /^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/.test(value),
    CanonicalUser: () => /^[0-9a-f]{64}$/.test(value),
  }[form]();
  if (!isGood) {
    throw fail(`Invalid principal in policy: "${form.toUpperCase()}":"${value}"`, mention.position);
  }
}

/** An account, an ARN without wildcards, a unique id, or everybody. */
function isAwsPrincipal(value: string): boolean {
  if (value === '*' || /^[0-9]{12}$/.test(value) || /^A(IDA|ROA)[A-Z2-7]{12,}$/.test(value)) return true;
  const arn = parseArn(value);
  if (arn === undefined || /[*?]/.test(value) || !/^[0-9]{12}$/.test(arn.account) || arn.region !== '')
    return false;
  if (arn.service === 'iam') return arn.resource === 'root' || /^(user|role)\/./.test(arn.resource);
  return arn.service === 'sts' && /^(assumed-role\/[^/]+\/[^/]+|federated-user\/[^/]+)$/.test(arn.resource);
}

function checkOperators({ conditions }: Statement): void {
  for (const { operator, position } of conditions)
    if (parseOperator(operator) === undefined) throw fail('Syntax errors in policy.', position);
}

/** What a value of a condition must be, where anything else could never match and so would undo a Deny. */
const valueChecks: Readonly<Partial<Record<OperatorFamily, (text: string) => boolean>>> = {
  bool: isBoolean,
  null: isBoolean,
  date: (text) => parseDate(text) !== undefined,
  numeric: (text) => parseNumber(text) !== undefined,
  ip: (text) => parseIpRange(text) !== undefined,
};

function isBoolean(text: string): boolean {
  return /^(true|false|\$\{.*\})$/i.test(text);
}

function checkLegacyShape({ conditions, resource }: Statement): void {
  for (const { operator, values } of conditions) {
    const family = parseOperator(operator)?.family;
    const isGood = family === undefined ? undefined : valueChecks[family];
    for (const { text, position } of values)
      if (isGood?.(text) === false) throw fail('The policy failed legacy parsing', position);
  }
  for (const { text, position } of resource?.values ?? []) {
    const parts = text.split(':');
    const [head, partition = '', service] = parts;
    if (head !== 'arn' || !partitions.has(partition) || service === undefined) continue;
    // A wildcard that ends the text may stand for all parts that would follow it.
    if (service === '' || (parts.length < 6 && !text.endsWith('*')))
      throw fail('The policy failed legacy parsing', position);
  }
}

function checkActionsGiven({ action, position }: Statement): void {
  if (action.values.length === 0) throw fail('Policy statement must contain actions.', position);
}

function checkActions({ action }: Statement, kind: PolicyKind): void {
  for (const value of action.values) {
    checkAction(value);
    if (kind === 'trust' && value.text !== '*' && !/^sts:/i.test(value.text)) {
      throw fail('AssumeRole policy may only specify STS AssumeRole actions.', value.position);
    }
  }
}

function checkAction({ text, position }: Value): void {
  if (text === '*') return;
  const colons = text.split(':').length - 1;
  if (colons === 0) {
    throw fail('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.', position);
  }
  if (colons > 1) throw fail('Actions/Condition can contain only one colon.', position);
  const vendor = text.slice(0, text.indexOf(':'));
  // A vendor that no table knows may be a new one: AWS takes it, and lintPolicy warns of it.
  if (!/^[A-Za-z0-9-]+$/.test(vendor)) throw fail(`Vendor ${vendor} is not valid`, position);
  if (!/^[A-Za-z0-9*?]+$/.test(text.slice(vendor.length + 1)))
    throw fail('Syntax errors in policy.', position);
}

function checkResourcesGiven({ resource, position }: Statement, kind: PolicyKind): void {
  if (kind === 'trust') {
    if (resource !== undefined) throw fail('Has prohibited field Resource', resource.position);
    return;
  }
  if (resource === undefined || resource.values.length === 0) {
    throw fail('Policy statement must contain resources.', resource?.position ?? position);
  }
}

function checkResource({ text, position }: Value): void {
  if (text === '*') return;
  const parts = text.split(':');
  const [head, partition, service, region = '', , ...rest] = parts;
  if (partition === undefined) throw fail(`Resource ${text} must be in ARN format or "*".`, position);
  if (!partitions.has(partition)) {
    throw fail(`Partition "${partition}" is not valid for resource "${completeArn(parts)}".`, position);
  }
  if (head !== 'arn') throw fail(`Resource ${text} must be in ARN format or "*".`, position);
  if (service === undefined && partition === '*') return;
  if (service === undefined || (/[*?]/.test(service) && !(parts.length === 3 && text.endsWith('*')))) {
    throw fail('Resource vendor must be fully qualified and cannot contain regexes.', position);
  }
  const namesRegion = region !== '' && region !== '*';
  if (service === 'iam') {
    if (namesRegion) throw fail(`IAM resource ${text} cannot contain region information.`, position);
    const path = rest.join(':');
    if (rest.length > 0 && !iamPathStarts.test(path) && !path.startsWith('${')) {
      throw fail(
        'IAM resource path must either be "*", root, or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.',
        position,
      );
    }
  }
  if (service === 's3' && namesRegion) {
    throw fail(`Resource ${text} can not contain region information.`, position);
  }
}

/** A resource as AWS repeats it: an ARN whatever it began with, and `*` for the parts it lacks. */
function completeArn(parts: readonly string[]): string {
  const [, partition = '*', service = '*', region = '*', account = '*', ...rest] = parts;
  return ['arn', partition, service, region, account, ...(rest.length === 0 ? ['*'] : rest)].join(':');
}

function checkConditionKeys({ conditions }: Statement): void {
  for (const { key, position } of conditions) {
    if (!/^[^:]+:[^:]/.test(key)) {
      throw fail('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.', position);
    }
  }
}

function checkSids({ statements }: PolicyDocument): void {
  const seen = new Set<string>();
  for (const { sid, position } of statements) {
    if (sid === undefined) continue;
    if (!/^[A-Za-z0-9 ]*$/.test(sid))
      throw fail('Statement IDs (SID) may only contain alphanumeric characters.', position);
    if (sid !== '' && seen.has(sid))
      throw fail('Statement IDs (SID) in a single policy must be unique.', position);
    seen.add(sid);
  }
}

function fail(message: string, position: Position): PolicyError {
  return new PolicyError(message, position);
}
