import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  GetFederationTokenCommand,
} from '@aws-sdk/client-sts';
import type { AuditEvent } from '#core/audit';
import { type Credentials, credentialsOf, type StartedService, startService } from './started-service.ts';

/** What the federation endpoint or the page answered. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Headers;
}

/** A service with a broker, a role that it hands out, and the ways of a browser and of a broker to the endpoint. */
export interface SignInFixture {
  readonly service: StartedService;
  readonly broker: Credentials;
  readonly roleArn: string;
  assumeRole(more?: Partial<AssumeRoleCommandInput>, by?: Credentials): Promise<Credentials>;
  getFederationToken(): Promise<Credentials>;
  /** A GET of the federation endpoint, or a POST where a form is given. */
  federation(
    query: Readonly<Record<string, string>>,
    form?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  request(path: string, init?: RequestInit): Promise<Answer>;
  /** The sign-in token for credentials. Throws when there is none. */
  signinToken(credentials: Credentials, more?: Readonly<Record<string, string>>): Promise<string>;
  login(token: string, more?: Readonly<Record<string, string>>): Promise<Answer>;
  /** The cookie of a browser that followed a broker's link. */
  cookie(credentials: Credentials, more?: Readonly<Record<string, string>>): Promise<string>;
  /** What the page says to a browser with that cookie. */
  console(cookie?: string): Promise<Answer>;
  /** Every record of sign-in, in order, once all that was asked for is on the disk. */
  records(): Promise<readonly AuditEvent[]>;
}

export const account = '111122223333';

/** The `Session` parameter for credentials. */
export function sessionText({ accessKeyId, secretAccessKey, sessionToken }: Credentials): string {
  return JSON.stringify({ sessionId: accessKeyId, sessionKey: secretAccessKey, sessionToken });
}

export async function startSignIn(): Promise<SignInFixture> {
  const service = await startService();
  const iam = service.iam(service.root);
  await iam.send(new CreateUserCommand({ UserName: 'broker' }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'broker' }));
  const broker = {
    accessKeyId: AccessKey?.AccessKeyId ?? '',
    secretAccessKey: AccessKey?.SecretAccessKey ?? '',
  };
  const allowAll = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
  await iam.send(
    new PutUserPolicyCommand({
      UserName: 'broker',
      PolicyName: 'all',
      PolicyDocument: JSON.stringify(allowAll),
    }),
  );
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName: 'analyst',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: `arn:aws:iam::${account}:root` },
            Action: ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'],
          },
        ],
      }),
    }),
  );
  const roleArn = Role?.Arn ?? '';
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: 'analyst',
      PolicyName: 'all',
      PolicyDocument: JSON.stringify(allowAll),
    }),
  );
  const request = async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const response = await fetch(`${service.endpoint}${path}`, { redirect: 'manual', ...init });
    return { status: response.status, body: await response.text(), headers: response.headers };
  };
  const fixture: SignInFixture = {
    service,
    broker,
    roleArn,
    assumeRole: async (more = {}, by = broker) =>
      credentialsOf(
        await service.sts(by).send(
          new AssumeRoleCommand({
            RoleArn: roleArn,
            RoleSessionName: 'ada',
            DurationSeconds: 3600,
            ...more,
          }),
        ),
      ),
    getFederationToken: async () =>
      credentialsOf(
        await service.sts(broker).send(
          new GetFederationTokenCommand({
            Name: 'bea',
            DurationSeconds: 7200,
            Policy: JSON.stringify(allowAll),
          }),
        ),
      ),
    request,
    federation: (query, form) =>
      request(
        `/federation?${new URLSearchParams(query)}`,
        form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) },
      ),
    async signinToken(credentials, more = {}) {
      const answer = await fixture.federation({
        Action: 'getSigninToken',
        Session: sessionText(credentials),
        ...more,
      });
      if (answer.status !== 200) throw new Error(`${answer.status} ${answer.body}`);
      return (JSON.parse(answer.body) as { SigninToken: string }).SigninToken;
    },
    login: (token, more = {}) =>
      fixture.federation({
        ...{
          Action: 'login',
          Issuer: 'https://broker.example.com',
          Destination: `${service.endpoint}/console`,
        },
        ...{ SigninToken: token, ...more },
      }),
    async cookie(credentials, more = {}) {
      const { headers, body } = await fixture.login(await fixture.signinToken(credentials, more));
      const [cookie] = headers.get('set-cookie')?.split(';') ?? [];
      if (cookie === undefined) throw new Error(body);
      return cookie;
    },
    console: (cookie) => request('/console', cookie === undefined ? {} : { headers: { cookie } }),
    async records() {
      // Whatever waits for the next group is on the disk once a change is.
      await service
        .iam(service.root)
        .send(new CreateAccessKeyCommand({ UserName: 'broker' }))
        .catch(() => undefined);
      const directory = join(service.dataDirectory, 'audit');
      const files = (await readdir(directory)).filter((name) => name.endsWith('.jsonl'));
      const texts = await Promise.all(files.sort().map((name) => readFile(join(directory, name), 'utf8')));
      return texts
        .join('')
        .split('\n')
        .filter((line) => line.includes('"signin.amazonaws.com"'))
        .map((line) => JSON.parse(line) as AuditEvent);
    },
  };
  return fixture;
}

/** What a page says, without its tags. */
export function textOf({ body }: Answer): string {
  return body
    .replace(/<style>.*<\/style>/s, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
