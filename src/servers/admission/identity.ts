import { parseArn } from '#core/arn';
import { isAccountId } from '#core/identifiers';
import { type Fields, textAt } from './json.ts';

/** What pods get where annotations do not say otherwise. */
export interface InjectionDefaults {
  /** What annotations begin with, before the slash: `eks.amazonaws.com`. */
  readonly annotationPrefix: string;
  readonly audience: string;
  readonly expirationSeconds: number;
  /** For `AWS_ENDPOINT_URL_STS`. */
  readonly stsUrl: string;
  /** For `AWS_REGION` and `AWS_DEFAULT_REGION`; none is set without. */
  readonly region: string | undefined;
  readonly regionalEndpoints: boolean;
}

/** What a pod is to get. */
export interface PodRole {
  readonly roleArn: string;
  readonly audience: string;
  readonly expirationSeconds: number;
  readonly regionalEndpoints: boolean;
}

/** An annotation that cannot be meant. */
export class AnnotationError extends Error {
  readonly code = 'InvalidAnnotation';
}

/** The API server issues no token for less than this to a pod that asks for an hour. */
const shortestSeconds = 3600;

/**
 * What the annotations of a service account say of its pods, and those of the pod itself of its token; undefined where no role is named.
 * A number or a truth value that is none counts as not given, as in Amazon's webhook. Throws AnnotationError for a role that is none.
 */
export function readPodRole(
  serviceAccount: Fields,
  pod: Fields,
  defaults: InjectionDefaults,
): PodRole | undefined {
  const nameOf = (name: string): string => `${defaults.annotationPrefix}/${name}`;
  const roleArn = textAt(serviceAccount, nameOf('role-arn'));
  if (roleArn === undefined || roleArn === '') return undefined;
  if (!isRoleArn(roleArn)) throw new AnnotationError(`${nameOf('role-arn')} is not the ARN of a role`);
  const seconds =
    readSeconds(textAt(pod, nameOf('token-expiration'))) ??
    readSeconds(textAt(serviceAccount, nameOf('token-expiration'))) ??
    defaults.expirationSeconds;
  return {
    roleArn,
    audience: textAt(serviceAccount, nameOf('audience')) ?? defaults.audience,
    expirationSeconds: Math.max(shortestSeconds, seconds),
    regionalEndpoints:
      readBoolean(textAt(serviceAccount, nameOf('sts-regional-endpoints'))) ?? defaults.regionalEndpoints,
  };
}

/** The names of containers that a pod wants left alone, separated by commas. */
export function readSkipped(pod: Fields, { annotationPrefix }: InjectionDefaults): ReadonlySet<string> {
  const text = textAt(pod, `${annotationPrefix}/skip-containers`) ?? '';
  return new Set(text.split(',').map((name) => name.trim()));
}

function isRoleArn(text: string): boolean {
  const { service, region, account = '', resource = '' } = parseArn(text) ?? {};
  return (
    service === 'iam' &&
    region === '' &&
    isAccountId(account) &&
    /^role\/[\w+=,.@/-]*[\w+=,.@-]$/.test(resource)
  );
}

function readSeconds(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9]{1,9}$/.test(text) ? Number(text) : undefined;
}

function readBoolean(text: string | undefined): boolean | undefined {
  return text === 'true' ? true : text === 'false' ? false : undefined;
}
