import { CreatePodIdentityAssociationCommand, EKSClient } from '@aws-sdk/client-eks';
import { CreateRoleCommand } from '@aws-sdk/client-iam';
import type { AccountId } from '#core/identifiers';
import { createAddressGuard, openOutboundHttp } from '#stores/outbound-http';
import { createAuthority } from './certificate-authority.ts';
import { type Credentials, type StartedService, startService } from './started-service.ts';
import { eksAuthLibrary } from './sweeps/eks-auth-library.ts';
import { createIssuerKey, startTokenIssuer, type TokenIssuer } from './token-issuer.ts';

export const clusterArn = 'arn:aws:eks:us-east-1:111122223333:cluster/production';
export const podRoleArn = 'arn:aws:iam::111122223333:role/pod';

/** What the cluster says of the pods of the tests. */
export const pod = {
  namespace: 'shop',
  serviceaccount: { name: 'cart', uid: '11111111-2222-4333-8444-555555555555' },
  pod: { name: 'cart-6f9b94b4-dvd5c', uid: '0cda7f85-c1f9-4dee-b6e9-a0b50c8f3012' },
};

/** The answer to AssumeRoleForPodIdentity, as the wire has it. */
export interface PodAnswer {
  readonly subject: { readonly namespace: string; readonly serviceAccount: string };
  readonly audience: string;
  readonly podIdentityAssociation: { readonly associationArn: string; readonly associationId: string };
  readonly assumedRoleUser: { readonly arn: string; readonly assumeRoleId: string };
  readonly credentials: Required<Credentials> & { readonly expiration: number };
}

/** The keys of an answer, as clients take them. */
export function keysOf({ credentials: { expiration: _instant, ...keys } }: PodAnswer): Credentials {
  return keys;
}

/** A service that knows a cluster, whose tokens a test makes. */
export interface PodIdentityFixture {
  readonly service: StartedService;
  readonly issuer: TokenIssuer;
  eks(credentials?: Credentials): EKSClient;
  /** A role that the pods' service may take on under this condition, by these actions. */
  addRole(
    name: string,
    more?: { readonly condition?: object; readonly actions?: readonly string[] },
  ): Promise<void>;
  /** The association of the pods of the tests. */
  associate(more?: object): Promise<string>;
  /** A token as the cluster projects it into a pod; the claims are laid over its. */
  token(claims?: Readonly<Record<string, unknown>>): Promise<string>;
  /** What the agent on the pod's node asks for. */
  exchange(token: string, by?: Credentials, clusterName?: string): Promise<PodAnswer>;
  stop(): Promise<void>;
}

export async function startPodIdentity({ namesKeys = false } = {}): Promise<PodIdentityFixture> {
  const authority = createAuthority();
  const issuer = await startTokenIssuer(authority.issue(['localhost']), await createIssuerKey('key-1'));
  const service = await startService({
    outbound: openOutboundHttp({ guard: createAddressGuard(['127.0.0.0/8']), authorities: [] }),
    clusters: [
      {
        name: 'production',
        account: '111122223333' as AccountId,
        region: 'us-east-1',
        issuer: issuer.url,
        jwksUri: namesKeys ? `${issuer.url}/keys` : undefined,
        authorities: [authority.certificate],
      },
    ],
  });
  const clients: { destroy(): void }[] = [];
  const fixture: PodIdentityFixture = {
    service,
    issuer,
    eks(credentials = service.root) {
      const { endpoint } = service;
      const client = new EKSClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
      clients.push(client);
      return client;
    },
    async addRole(name, { condition = {}, actions = ['sts:AssumeRole', 'sts:TagSession'] } = {}) {
      const statement = {
        Effect: 'Allow',
        Principal: { Service: 'pods.eks.amazonaws.com' },
        Action: actions,
        Condition: condition,
      };
      await service.iam(service.root).send(
        new CreateRoleCommand({
          RoleName: name,
          AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
        }),
      );
    },
    async associate(more = {}) {
      const { association } = await fixture.eks().send(
        new CreatePodIdentityAssociationCommand({
          clusterName: 'production',
          namespace: 'shop',
          serviceAccount: 'cart',
          roleArn: podRoleArn,
          ...more,
        }),
      );
      return association?.associationId ?? '';
    },
    token(claims = {}) {
      const now = Math.floor(service.now() / 1000);
      return issuer.sign({
        sub: 'system:serviceaccount:shop:cart',
        aud: ['pods.eks.amazonaws.com'],
        iat: now,
        nbf: now,
        exp: now + 86_400,
        'kubernetes.io': pod,
        ...claims,
      });
    },
    async exchange(token, by = service.root, clusterName = 'production') {
      const { EKSAuthClient, AssumeRoleForPodIdentityCommand } = eksAuthLibrary;
      const client = new EKSAuthClient({
        endpoint: service.endpoint,
        region: 'us-east-1',
        credentials: by,
      });
      const { $metadata: _answered, ...answer } = await client.send(
        new AssumeRoleForPodIdentityCommand({ clusterName, token }),
      );
      return answer as never;
    },
    async stop() {
      for (const client of clients) client.destroy();
      await service.stop();
      await issuer.stop();
    },
  };
  return fixture;
}
