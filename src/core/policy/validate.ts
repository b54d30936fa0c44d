import { parseArn } from '#core/arn';
import type { PolicyDocument, PolicyKind, PrincipalMention, Statement, Value } from './document.ts';
import { parseOperator } from './operators.ts';
import { PolicyError, type Position } from './policy-error.ts';

const kindsWithPrincipal: ReadonlySet<PolicyKind> = new Set(['trust', 'resource', 'rcp']);
const partitions: ReadonlySet<string> = new Set([
  'aws',
  'aws-cn',
  'aws-us-gov',
  'aws-iso',
  'aws-iso-b',
  'aws-eusc',
  '*',
]);
const iamPathStarts =
  /^(\*|user\/|federated-user\/|role\/|group\/|instance-profile\/|mfa\/|server-certificate\/|policy\/|sms-mfa\/|saml-provider\/|oidc-provider\/|report\/|access-report\/|root$|user\*|role\*|group\*|policy\*)/;

/**
 * Checks a policy that has the right shape: each check over all statements before the next, in the order AWS makes them.
 * Throws PolicyError.
 */
export function checkDocument(document: PolicyDocument): void {
  const { kind, statements } = document;
  for (const statement of statements) checkPrincipalPlace(statement, kind);
  for (const statement of statements) checkActions(statement, kind);
  for (const statement of statements) checkResources(statement, kind);
  for (const statement of statements) checkConditions(statement);
  checkSids(document);
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

function checkPrincipal(mention: PrincipalMention): void {
  const { form, value } = mention;
  const isGood = {
    AWS: () => isAwsPrincipal(value),
    Federated: () =>
      value === '*' ||
      /^arn:[^:*?]+:iam::[0-9]{12}:(saml|oidc)-provider\/[^*?]+$/.test(value) ||
      /^[a-z0-9.-]+\.[a-z]+$/.test(value),
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
  if (arn.service === 'iam') return arn.resource === 'root' || /^(user|role)\/.+/.test(arn.resource);
  return arn.service === 'sts' && /^(assumed-role\/[^/]+\/[^/]+|federated-user\/[^/]+)$/.test(arn.resource);
}

function checkActions({ action, position }: Statement, kind: PolicyKind): void {
  if (action.values.length === 0) throw fail('Policy statement must contain actions.', position);
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
  if (!/^[A-Za-z0-9-]+$/.test(vendor)) throw fail(`Vendor ${vendor} is not valid`, position);
  if (!/^[A-Za-z0-9*?]+$/.test(text.slice(vendor.length + 1)))
    throw fail('Syntax errors in policy.', position);
}

function checkResources({ resource, position }: Statement, kind: PolicyKind): void {
  if (kind === 'trust') {
    if (resource !== undefined) throw fail('Has prohibited field Resource', resource.position);
    return;
  }
  if (resource === undefined || resource.values.length === 0) {
    throw fail('Policy statement must contain resources.', resource?.position ?? position);
  }
  for (const value of resource.values) checkResource(value);
}

function checkResource({ text, position }: Value): void {
  if (text === '*') return;
  const [head, partition, service, region, , ...rest] = text.split(':');
  // A wildcard that ends the text may stand for all parts that would follow it.
  const isShort = rest.length === 0 && text.endsWith('*');
  if (head !== 'arn' || partition === undefined || (rest.length === 0 && !isShort)) {
    throw fail(`Resource ${text} must be in ARN format or "*".`, position);
  }
  if (service === undefined) return;
  if (!partitions.has(partition)) {
    throw fail(`Partition "${partition}" is not valid for resource "${text}".`, position);
  }
  if (service === '' || (/[*?]/.test(service) && !isShort)) {
    throw fail('Resource vendor must be fully qualified and cannot contain regexes.', position);
  }
  if (service === 'iam') {
    if (region !== undefined && region !== '' && region !== '*') {
      throw fail(`IAM resource ${text} cannot contain region information.`, position);
    }
    const path = rest.join(':');
    if (rest.length > 0 && !iamPathStarts.test(path) && !path.startsWith('${')) {
      throw fail(
        'IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.',
        position,
      );
    }
  }
  if (service === 's3' && region !== undefined && region !== '' && region !== '*') {
    throw fail(`Resource ${text} can not contain region information.`, position);
  }
}

function checkConditions({ conditions }: Statement): void {
  for (const { operator, key, values, position } of conditions) {
    const parsed = parseOperator(operator);
    if (parsed === undefined) throw fail('Syntax errors in policy.', position);
    if (!/^[^:]+:[^:]/.test(key)) {
      throw fail('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.', position);
    }
    const needsBoolean = parsed.family === 'bool' || parsed.family === 'null';
    if (needsBoolean && !values.every(({ text }) => /^(true|false|\$\{.*\})$/i.test(text))) {
      throw fail('The policy failed legacy parsing', position);
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
