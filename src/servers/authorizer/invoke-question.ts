import { formatArn } from '#core/arn';
import { parsePath } from './parse-path.ts';

/** The API that a resource server stands for: what comes before method and path in the ARN of `execute-api:Invoke`. */
export interface InvokedApi {
  readonly region: string;
  /** The account that owns the API. A caller of another account needs a policy of the API's own, which there is none of here. */
  readonly ownerAccount: string;
  readonly api: string;
  readonly stage: string;
}

/** A question about an API, without what the connection tells. */
export interface InvokeQuestion {
  readonly action: string;
  readonly resource: string;
  readonly resourceAccount: string;
}

/**
 * The question of API Gateway: `execute-api:Invoke` on `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/path`
 * (API Gateway Developer Guide, "Control access for invoking an API"). Throws PathRefused.
 */
export function invokeQuestion(
  { region, ownerAccount, api, stage }: InvokedApi,
  request: { readonly method: string; readonly target: string },
): InvokeQuestion {
  const resource = formatArn({
    partition: 'aws',
    service: 'execute-api',
    region,
    account: ownerAccount,
    resource: `${api}/${stage}/${request.method}${parsePath(request.target)}`,
  });
  return { action: 'execute-api:Invoke', resource, resourceAccount: ownerAccount };
}
