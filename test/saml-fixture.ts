import { CreateRoleCommand, CreateSAMLProviderCommand } from '@aws-sdk/client-iam';
import {
  AssumeRoleWithSAMLCommand,
  type AssumeRoleWithSAMLCommandInput,
  type AssumeRoleWithSAMLCommandOutput,
} from '@aws-sdk/client-sts';
import {
  createSamlIssuer,
  encodeResponse,
  type ResponseOptions,
  type SamlIssuer,
  type Signed,
  samlResponse,
} from './saml-issuer.ts';
import { type StartedService, startService } from './started-service.ts';

/** A service that knows a SAML provider of a test, and a role `person` that trusts it. */
export interface SamlFederation {
  readonly service: StartedService;
  readonly issuer: SamlIssuer;
  readonly providerArn: string;
  readonly roleArn: string;
  addProvider(name: string, metadata: string, more?: object): Promise<string>;
  /** A role that trusts a provider for these actions, under this condition. */
  addRole(
    name: string,
    more?: {
      readonly condition?: object;
      readonly actions?: readonly string[];
      readonly provider?: string;
      readonly maxSessionSeconds?: number;
    },
  ): Promise<string>;
  /** A response for the role, as the service's clock has it; not signed. */
  response(options?: Partial<ResponseOptions> & { readonly role?: string }): string;
  /** The same, with these signatures. */
  signed(options?: Partial<ResponseOptions> & { readonly role?: string }, ...what: readonly Signed[]): string;
  /** Redeems a response. */
  assume(
    xml: string,
    more?: Partial<AssumeRoleWithSAMLCommandInput>,
  ): Promise<AssumeRoleWithSAMLCommandOutput>;
  stop(): Promise<void>;
}

export async function startSamlFederation(): Promise<SamlFederation> {
  const issuer = createSamlIssuer();
  const service = await startService();
  const iam = service.iam(service.root);
  // The operation is called without a signature; the client wants credentials all the same.
  const sts = service.sts(service.root);
  const providerArn = `arn:aws:iam::${service.accountId}:saml-provider/idp`;
  const roleArn = `arn:aws:iam::${service.accountId}:role/person`;
  const federation: SamlFederation = {
    service,
    issuer,
    providerArn,
    roleArn,
    async addProvider(name, metadata, more = {}) {
      const answer = await iam.send(
        new CreateSAMLProviderCommand({ Name: name, SAMLMetadataDocument: metadata, ...more }),
      );
      return answer.SAMLProviderArn ?? '';
    },
    async addRole(name, more = {}) {
      const { condition = {}, actions = ['sts:AssumeRoleWithSAML'], provider = providerArn } = more;
      const statement = {
        Effect: 'Allow',
        Principal: { Federated: provider },
        Action: actions,
        Condition: condition,
      };
      await iam.send(
        new CreateRoleCommand({
          RoleName: name,
          ...(more.maxSessionSeconds === undefined ? {} : { MaxSessionDuration: more.maxSessionSeconds }),
          AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
        }),
      );
      return `arn:aws:iam::${service.accountId}:role/${name}`;
    },
    response: ({ role = roleArn, ...options } = {}) =>
      samlResponse({
        now: service.now(),
        issuer: issuer.entityId,
        roles: [`${role},${providerArn}`],
        ...options,
      }),
    signed: (options, ...what) =>
      issuer.sign(federation.response(options), ...(what.length === 0 ? (['Assertion'] as const) : what)),
    assume: (xml, more = {}) =>
      sts.send(
        new AssumeRoleWithSAMLCommand({
          RoleArn: roleArn,
          PrincipalArn: providerArn,
          SAMLAssertion: encodeResponse(xml),
          ...more,
        }),
      ),
    stop: () => service.stop(),
  };
  await federation.addProvider('idp', issuer.metadata);
  await federation.addRole('person');
  return federation;
}
