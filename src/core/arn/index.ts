/**
 * Amazon Resource Names: splitting, joining and the names of IAM's own resources.
 * Owns the six-part shape only. It never decides whether the thing named exists or may be used.
 * Called by every floor.
 */

declare const arnBrand: unique symbol;

/** An ARN that was formatted or checked by this room. */
export type Arn = string & { readonly [arnBrand]: true };

/** The six parts of an ARN after the literal `arn`. `resource` keeps its colons and slashes. */
export interface ArnParts {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly resource: string;
}

/**
 * Splits an ARN into its parts, or returns undefined when the text is not one.
 * Partition, service and resource must not be empty; region and account may be.
 */
export function parseArn(text: string): ArnParts | undefined {
  if (!text.startsWith('arn:')) return undefined;
  const partitionEnd = text.indexOf(':', 4);
  const serviceEnd = text.indexOf(':', partitionEnd + 1);
  const regionEnd = text.indexOf(':', serviceEnd + 1);
  const accountEnd = text.indexOf(':', regionEnd + 1);
  if (partitionEnd < 0 || serviceEnd < 0 || regionEnd < 0 || accountEnd < 0) return undefined;
  const parts = {
    partition: text.slice(4, partitionEnd),
    service: text.slice(partitionEnd + 1, serviceEnd),
    region: text.slice(serviceEnd + 1, regionEnd),
    account: text.slice(regionEnd + 1, accountEnd),
    resource: text.slice(accountEnd + 1),
  };
  return parts.partition === '' || parts.service === '' || parts.resource === '' ? undefined : parts;
}

/** Joins the parts of an ARN. */
export function formatArn(parts: ArnParts): Arn {
  return `arn:${parts.partition}:${parts.service}:${parts.region}:${parts.account}:${parts.resource}` as Arn;
}

/** The kinds of IAM resource whose ARN is `arn:aws:iam::ACCOUNT:KIND/path/name`. */
export type IamResourceKind = 'user' | 'group' | 'role' | 'policy' | 'instance-profile' | 'mfa';

/** `arn:aws:iam::ACCOUNT:KIND<path><name>`; `path` begins and ends with a slash. */
export function iamArn(account: string, kind: IamResourceKind, path: string, name: string): Arn {
  return `arn:aws:iam::${account}:${kind}${path}${name}` as Arn;
}

/** `arn:aws:iam::ACCOUNT:oidc-provider/HOST/PATH`; `name` is the provider's URL without `https://`. */
export function oidcProviderArn(account: string, name: string): Arn {
  return `arn:aws:iam::${account}:oidc-provider/${name}` as Arn;
}

/** `arn:aws:iam::ACCOUNT:saml-provider/NAME` */
export function samlProviderArn(account: string, name: string): Arn {
  return `arn:aws:iam::${account}:saml-provider/${name}` as Arn;
}

/** `arn:aws:iam::ACCOUNT:root` */
export function rootArn(account: string): Arn {
  return `arn:aws:iam::${account}:root` as Arn;
}

/** `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`; the role's path does not appear. */
export function assumedRoleArn(account: string, roleName: string, sessionName: string): Arn {
  return `arn:aws:sts::${account}:assumed-role/${roleName}/${sessionName}` as Arn;
}

/** `arn:aws:sts::ACCOUNT:federated-user/NAME` */
export function federatedUserArn(account: string, name: string): Arn {
  return `arn:aws:sts::${account}:federated-user/${name}` as Arn;
}
