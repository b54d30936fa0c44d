import assert from 'node:assert/strict';
import { CreateRoleCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateProfileCommand,
  CreateTrustAnchorCommand,
  RolesAnywhereClient,
} from '@aws-sdk/client-rolesanywhere';
import { type AnywhereAnswer, type AnywhereCall, callCreateSession } from './anywhere-signer.ts';
import { type Credentials, type StartedService, startService } from './started-service.ts';
import { createTestAuthority, type IssuedCertificate, type TestAuthority } from './x509-writer.ts';

export const account = '111122223333';
export const roleArn = `arn:aws:iam::${account}:role/worker`;
export const day = 86_400_000;
export const trustedActions: readonly string[] = [
  'sts:AssumeRole',
  'sts:TagSession',
  'sts:SetSourceIdentity',
];

/** A session as CreateSession answers with it. */
export interface AnywhereSession {
  readonly assumedRoleUser: { readonly arn: string; readonly assumedRoleId: string };
  readonly credentials: Credentials;
  readonly expiration: string;
  readonly packedPolicySize: number;
  readonly roleArn: string;
  readonly sourceIdentity: string;
}

/** A started service with a trust anchor, a profile and a role that trusts the service for that anchor. */
export interface AnywhereFixture {
  readonly service: StartedService;
  /** The root, as a manager of anchors and profiles. */
  readonly manager: RolesAnywhereClient;
  readonly authority: TestAuthority;
  /** A good certificate of the authority. */
  readonly web: IssuedCertificate;
  readonly anchor: string;
  readonly profile: string;
  addAnchor(pem: string): Promise<string>;
  trust(condition?: object, actions?: readonly string[]): string;
  setTrust(document: string): Promise<void>;
  /** CreateSession, good in every respect that is not given. */
  call(more?: Partial<AnywhereCall>): Promise<AnywhereAnswer>;
  /** The session of a call that is to succeed. */
  session(more?: Partial<AnywhereCall>): Promise<AnywhereSession>;
  assertRefused(more: Partial<AnywhereCall>, status: number, code: string, message: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startAnywhere(): Promise<AnywhereFixture> {
  const service = await startService();
  const authority = createTestAuthority({
    subject: [
      ['C', 'SE'],
      ['CN', 'Shop CA'],
    ],
  });
  const web = authority.issue({
    subject: [
      ['O', 'shop'],
      ['OU', 'a'],
      ['OU', 'b'],
      ['CN', 'web'],
    ],
    serial: '00a1b2',
  });
  const manager = new RolesAnywhereClient({
    endpoint: service.endpoint,
    region: 'us-east-1',
    credentials: service.root,
    maxAttempts: 1,
  });
  const addAnchor = async (pem: string): Promise<string> => {
    const source = { sourceType: 'CERTIFICATE_BUNDLE', sourceData: { x509CertificateData: pem } } as const;
    const made = await manager.send(new CreateTrustAnchorCommand({ name: 'shop', source, enabled: true }));
    return made.trustAnchor?.trustAnchorArn ?? '';
  };
  const anchor = await addAnchor(authority.pem);
  const trust = (condition: object = {}, actions = trustedActions): string =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'rolesanywhere.amazonaws.com' },
          Action: actions,
          Condition: { ArnEquals: { 'aws:SourceArn': anchor }, ...condition },
        },
      ],
    });
  const iam = service.iam(service.root);
  await iam.send(
    new CreateRoleCommand({
      RoleName: 'worker',
      AssumeRolePolicyDocument: trust(),
      MaxSessionDuration: 7200,
    }),
  );
  const made = await manager.send(
    new CreateProfileCommand({ name: 'shop', roleArns: [roleArn], enabled: true, durationSeconds: 3600 }),
  );
  const profile = made.profile?.profileArn ?? '';
  const call = (more: Partial<AnywhereCall> = {}): Promise<AnywhereAnswer> =>
    callCreateSession({
      endpoint: service.endpoint,
      signer: web,
      trustAnchorArn: anchor,
      profileArn: profile,
      roleArn,
      ...more,
    });
  return {
    service,
    manager,
    authority,
    web,
    anchor,
    profile,
    addAnchor,
    trust,
    async setTrust(document) {
      await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'worker', PolicyDocument: document }));
    },
    call,
    async session(more) {
      const { status, body } = await call(more);
      assert.equal(status, 201, JSON.stringify(body));
      const [set] = body.credentialSet as readonly [
        Omit<AnywhereSession, 'expiration'> & { readonly credentials: { readonly expiration: string } },
      ];
      const { expiration, ...credentials } = set.credentials;
      return { ...set, credentials, expiration };
    },
    async assertRefused(more, status, code, message) {
      const answer = await call(more);
      assert.deepEqual([answer.status, answer.errorType, answer.body], [status, code, { message }]);
    },
    async stop() {
      manager.destroy();
      await service.stop();
    },
  };
}

/** The UUID at the end of an ARN. */
export function idOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/** The ARN of something of that kind and place that is not there. */
export function absentOf(arn: string): string {
  return arn.replace(/.{12}$/, '000000000000');
}
