import { type Instant, parseIso } from '#core/time';

/** A browser's form is not what its policy allows. The message is AWS's own where AWS has one. */
export class PostPolicyError extends Error {
  readonly code: 'AccessDenied' | 'InvalidPolicyDocument' | 'EntityTooLarge' | 'EntityTooSmall';

  constructor(code: PostPolicyError['code'], message: string) {
    super(message);
    this.name = 'PostPolicyError';
    this.code = code;
  }
}

/** One condition of a policy document. */
type Condition =
  | { readonly kind: 'eq' | 'starts-with'; readonly field: string; readonly value: string }
  | { readonly kind: 'content-length-range'; readonly least: number; readonly most: number };

/** The document that the sender of a form signed for whoever fills it in. */
export interface PostPolicy {
  readonly expiration: Instant;
  readonly conditions: readonly Condition[];
  /** How long the file may be, in bytes. */
  readonly least: number;
  readonly most: number;
}

const longestPolicyBytes = 65_536;
/** Fields that no condition need name (Amazon S3 API Reference, "POST policy"). */
const unconditioned: ReadonlySet<string> = new Set(['policy', 'x-amz-signature', 'file']);

/**
 * Reads the base64 of a POST policy whole: an unknown member or condition refuses the document, so that none is passed over.
 * Throws PostPolicyError InvalidPolicyDocument.
 */
export function parsePostPolicy(base64: string): PostPolicy {
  if (base64.length > longestPolicyBytes || !/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(base64))
    throw invalid('the policy is not base64');
  let document: unknown;
  try {
    document = JSON.parse(
      new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64')),
    ) as unknown;
  } catch {
    throw invalid('Invalid JSON.');
  }
  if (!isRecord(document)) throw invalid('Invalid Policy: expected an object.');
  const unknown = Object.keys(document).find((key) => key !== 'expiration' && key !== 'conditions');
  if (unknown !== undefined) throw invalid(`Unexpected: '${unknown}'.`);
  const { expiration: text, conditions: given } = document;
  const expiration = typeof text === 'string' ? parseIso(text) : undefined;
  if (expiration === undefined) throw invalid('Policy missing expiration.');
  if (!Array.isArray(given)) throw invalid('Policy missing conditions.');
  const conditions = given.flatMap((condition: unknown) => parseCondition(condition));
  const ranges = conditions.filter((condition) => condition.kind === 'content-length-range');
  return {
    expiration,
    conditions,
    least: Math.max(0, ...ranges.map(({ least }) => least)),
    most: Math.min(Number.POSITIVE_INFINITY, ...ranges.map(({ most }) => most)),
  };
}

function parseCondition(condition: unknown): readonly Condition[] {
  if (Array.isArray(condition)) {
    const [operator, field, value] = condition as readonly unknown[];
    const kind = typeof operator === 'string' ? operator.toLowerCase() : '';
    if (condition.length !== 3) throw invalid('Invalid Condition: expected three parts.');
    if (kind === 'content-length-range') {
      const [least, most] = [readLength(field), readLength(value)];
      if (least === undefined || most === undefined || most < least)
        throw invalid('Invalid content-length-range.');
      return [{ kind, least, most }];
    }
    if ((kind !== 'eq' && kind !== 'starts-with') || typeof field !== 'string' || typeof value !== 'string')
      throw invalid('Invalid Condition.');
    if (!field.startsWith('$')) throw invalid('Invalid Condition: the name of a field begins with $.');
    return [{ kind, field: field.slice(1).toLowerCase(), value }];
  }
  if (!isRecord(condition)) throw invalid('Invalid Condition.');
  return Object.entries(condition).map(([field, value]) => {
    if (typeof value !== 'string') throw invalid('Invalid Simple-Condition: value must be a string.');
    return { kind: 'eq', field: field.toLowerCase(), value };
  });
}

/** A length as a number or in digits; undefined for everything else, of which JavaScript would make a number too. */
function readLength(value: unknown): number | undefined {
  const length = typeof value === 'string' && /^[0-9]{1,16}$/.test(value) ? Number(value) : value;
  return typeof length === 'number' && Number.isSafeInteger(length) && length >= 0 ? length : undefined;
}

/**
 * Checks every field of a form against the policy, and every condition of the policy against the form: a field that no condition names is
 * refused. `fields` are by lower-cased name and hold `bucket` and the `key` as it will be stored. Throws PostPolicyError.
 */
export function checkPostPolicy(policy: PostPolicy, fields: ReadonlyMap<string, string>, now: Instant): void {
  if (now >= policy.expiration) throw denied('Invalid according to Policy: Policy expired.');
  const named = new Set<string>();
  for (const condition of policy.conditions) {
    if (condition.kind === 'content-length-range') continue;
    const { kind, field, value } = condition;
    named.add(field);
    const given = fields.get(field) ?? '';
    const holds = kind === 'eq' ? given === value : matchStart(field, given, value);
    if (holds) continue;
    const shown =
      kind === 'eq' ? `["eq", "$${field}", "${value}"]` : `["starts-with", "$${field}", "${value}"]`;
    throw denied(`Invalid according to Policy: Policy Condition failed: ${shown}`);
  }
  for (const field of fields.keys()) {
    if (named.has(field) || unconditioned.has(field) || field.startsWith('x-ignore-')) continue;
    throw denied(`Invalid according to Policy: Extra input fields: ${field}`);
  }
}

/** Of several content types, separated by commas, each must start that way. */
function matchStart(field: string, given: string, start: string): boolean {
  const values = field === 'content-type' ? given.split(',') : [given];
  return values.every((value) => value.trimStart().startsWith(start));
}

/** Checks the length of the file once it is known. Throws PostPolicyError. */
export function checkPostLength({ least, most }: PostPolicy, length: number): void {
  if (length > most)
    throw new PostPolicyError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size');
  if (length < least)
    throw new PostPolicyError(
      'EntityTooSmall',
      'Your proposed upload is smaller than the minimum allowed size',
    );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(message: string): PostPolicyError {
  return new PostPolicyError(
    'InvalidPolicyDocument',
    message.startsWith('Inv') ? message : `Invalid Policy: ${message}`,
  );
}

function denied(message: string): PostPolicyError {
  return new PostPolicyError('AccessDenied', message);
}
