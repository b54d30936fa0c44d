import { parseArn } from '#core/arn';
import { CredentialsUnavailable, type IssuedCredentials } from './renewed-credentials.ts';
import { postSigned, type RemoteIssuer, textAt, valueAt } from './signed-post.ts';

/** Credentials of a pod, and the account they are of. */
export interface PodCredentials extends IssuedCredentials {
  readonly accountId: string;
}

/** The service refuses the pod, and will not do otherwise when it is asked again with the same token. */
export class PodRefused extends CredentialsUnavailable {
  readonly status: number;
  /** What the pod is told: nothing of who its node is. */
  readonly told: { readonly code: string; readonly message: string };

  constructor(status: number, told: PodRefused['told'], message: string) {
    super('AssumeRoleUnauthorizedAccess', message);
    this.status = status;
    this.told = told;
  }
}

/** Exchanges the token of a pod. Rejects with PodRefused, or CredentialsUnavailable when it may go better another time. */
export type ExchangeToken = (token: string) => Promise<PodCredentials>;

/** Refusals whose text is about the pod's own token or association, and the status of each. */
const ownRefusals: ReadonlyMap<string, number> = new Map([
  ['ExpiredTokenException', 400],
  ['InvalidParameterException', 400],
  ['InvalidRequestException', 400],
  ['InvalidTokenException', 400],
  ['ResourceNotFoundException', 404],
]);

/** AssumeRoleForPodIdentity with the node's own credentials (Amazon EKS API Reference). */
export function createPodExchange(options: RemoteIssuer & { readonly clusterName: string }): ExchangeToken {
  const path = `/clusters/${encodeURIComponent(options.clusterName)}/assume-role-for-pod-identity`;

  async function ask(token: string): Promise<PodCredentials> {
    const { ok, status, headers, json } = await postSigned(options, {
      service: 'eks-auth',
      path,
      contentType: 'application/json',
      body: JSON.stringify({ token }),
    });
    if (ok) return readCredentials(json, options.clock());
    throw refusalOf(status, headers.get('x-amzn-errortype') ?? '', textAt(json, 'message') ?? '');
  }

  return async (token) => {
    try {
      return await ask(token);
    } catch (error) {
      if (error instanceof CredentialsUnavailable) throw error;
      throw new CredentialsUnavailable('Failed', 'the issuer cannot be asked', error);
    }
  };
}

function refusalOf(status: number, code: string, message: string): CredentialsUnavailable {
  const text = `the issuer answered ${status} ${code}: ${message}`;
  const own = ownRefusals.get(code);
  if (own !== undefined) return new PodRefused(own, { code, message }, text);
  if (code === 'AccessDeniedException') {
    const told = 'The role does not trust this pod, or its node may not ask for pods of the cluster.';
    return new PodRefused(403, { code, message: told }, text);
  }
  return new CredentialsUnavailable('Failed', text);
}

/** Throws Error for an answer that is not whole. */
function readCredentials(answer: unknown, now: number): PodCredentials {
  const accessKeyId = textAt(answer, 'credentials', 'accessKeyId');
  const secretAccessKey = textAt(answer, 'credentials', 'secretAccessKey');
  const sessionToken = textAt(answer, 'credentials', 'sessionToken');
  const accountId = parseArn(textAt(answer, 'assumedRoleUser', 'arn') ?? '')?.account;
  const expiration = valueAt(answer, 'credentials', 'expiration');
  const expiresAt = typeof expiration === 'number' ? expiration * 1000 : Number.NaN;
  if (
    accessKeyId === undefined ||
    secretAccessKey === undefined ||
    sessionToken === undefined ||
    accountId === undefined ||
    !(expiresAt > now)
  )
    throw new Error('the answer of the issuer is not whole');
  return { accessKeyId, secretAccessKey, sessionToken, accountId, issuedAt: now, expiresAt };
}
