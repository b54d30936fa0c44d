import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
} from '@aws-sdk/client-iam';
import {
  AssumeRoleWithWebIdentityCommand,
  type AssumeRoleWithWebIdentityCommandInput,
  type AssumeRoleWithWebIdentityCommandOutput,
} from '@aws-sdk/client-sts';
import { createAddressGuard, openOutboundHttp } from '#stores/outbound-http';
import { type Authority, createAuthority } from './certificate-authority.ts';
import { type StartedService, startService } from './started-service.ts';
import { createIssuerKey, type IssuerKey, startTokenIssuer, type TokenIssuer } from './token-issuer.ts';

export const audience = 'sts.amazonaws.com';

/** A service that knows an identity provider of a test, and roles that trust it. */
export interface Federation {
  readonly service: StartedService;
  readonly authority: Authority;
  readonly key: IssuerKey;
  readonly issuer: TokenIssuer;
  readonly providerArn: string;
  /** The provider's name in condition keys. */
  readonly prefix: string;
  addProvider(url: string, more?: { readonly thumbprints?: readonly string[] }): Promise<string>;
  /** A role that trusts the provider for these actions, under this condition. */
  addRole(
    name: string,
    more?: {
      readonly condition?: object;
      readonly actions?: readonly string[];
      readonly provider?: string;
      readonly maxSessionSeconds?: number;
    },
  ): Promise<string>;
  assume(
    roleArn: string,
    token: string,
    more?: Partial<AssumeRoleWithWebIdentityCommandInput>,
  ): Promise<AssumeRoleWithWebIdentityCommandOutput>;
  stop(): Promise<void>;
}

export async function startFederation(
  options: { readonly timeoutMs?: number; readonly maxBytes?: number } = {},
): Promise<Federation> {
  const authority = createAuthority();
  const key = await createIssuerKey('key-1');
  const issuer = await startTokenIssuer(authority.issue(['localhost']), key);
  const service = await startService({
    outbound: openOutboundHttp({
      guard: createAddressGuard(['127.0.0.0/8']),
      authorities: [authority.certificate],
      ...options,
    }),
  });
  const iam = service.iam(service.root);
  // The operation is called without a signature; the client wants credentials all the same.
  const sts = service.sts(service.root);
  const federation: Federation = {
    service,
    authority,
    key,
    issuer,
    providerArn: `arn:aws:iam::${service.accountId}:oidc-provider/localhost:${issuer.port}`,
    prefix: `localhost:${issuer.port}`,
    async addProvider(url, { thumbprints = [] } = {}) {
      const answer = await iam.send(
        new CreateOpenIDConnectProviderCommand({ Url: url, ThumbprintList: [...thumbprints] }),
      );
      const arn = answer.OpenIDConnectProviderArn ?? '';
      await iam.send(
        new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn, ClientID: audience }),
      );
      return arn;
    },
    async addRole(name, more = {}) {
      const {
        condition = {},
        actions = ['sts:AssumeRoleWithWebIdentity'],
        provider = federation.providerArn,
        maxSessionSeconds,
      } = more;
      await iam.send(
        new CreateRoleCommand({
          RoleName: name,
          ...(maxSessionSeconds === undefined ? {} : { MaxSessionDuration: maxSessionSeconds }),
          AssumeRolePolicyDocument: JSON.stringify({
            Version: '2012-10-17',
            Statement: [
              { Effect: 'Allow', Principal: { Federated: provider }, Action: actions, Condition: condition },
            ],
          }),
        }),
      );
      return `arn:aws:iam::${service.accountId}:role/${name}`;
    },
    assume: (roleArn, token, more = {}) =>
      sts.send(
        new AssumeRoleWithWebIdentityCommand({
          RoleArn: roleArn,
          RoleSessionName: 'session',
          WebIdentityToken: token,
          ...more,
        }),
      ),
    async stop() {
      await service.stop();
      await issuer.stop();
    },
  };
  await federation.addProvider(issuer.url);
  return federation;
}
