import { parseArn } from '#core/arn';
import { createServiceCalls, type ServiceCallsOptions, ServiceFault } from '#servers/authorizer';
import type { InstanceDescription, RoleDelivery } from '#services/operation';
import { type AssumeRoleForInstanceResponse, brevetOperations, type OperationModel } from '#wire/model';
import { CredentialsUnavailable, type IssuedCredentials } from './renewed-credentials.ts';
import type { CredentialSource } from './source.ts';

export interface RemoteInstanceOptions extends ServiceCallsOptions {
  readonly instanceId: string;
}

/** An instance as an issuer elsewhere knows it. */
export interface RemoteInstance {
  readonly instance: InstanceDescription;
  readonly source: CredentialSource;
  /** What came with the first answer, to be handed out to who shows a session token. */
  readonly held: IssuedCredentials;
}

const timeoutMs = 5000;

/**
 * An issuer elsewhere that has the instance in its settings: it lets EC2 assume the role of the instance's profile for the host it knows by
 * its signature (`brevet:AssumeRoleForInstance`). Profile and role are those of the latest answer. Rejects with CredentialsUnavailable when
 * there is no first one: nothing is known of the instance then.
 */
export async function openRemoteInstance(options: RemoteInstanceOptions): Promise<RemoteInstance> {
  const call = createServiceCalls(options);
  const operation = brevetOperations.AssumeRoleForInstance;

  async function ask(delivery: RoleDelivery): Promise<Answer> {
    try {
      const answer: AssumeRoleForInstanceResponse = await call(
        operation as OperationModel<unknown, AssumeRoleForInstanceResponse>,
        { InstanceId: options.instanceId, RoleDelivery: delivery },
        AbortSignal.timeout(timeoutMs),
      );
      return readAnswer(answer, options.clock());
    } catch (error) {
      if (!(error instanceof ServiceFault))
        throw new CredentialsUnavailable('Failed', 'the issuer cannot be asked', error);
      const isDenied = error.type === 'AccessDeniedException';
      throw new CredentialsUnavailable(isDenied ? 'AssumeRoleUnauthorizedAccess' : 'Failed', error.message);
    }
  }

  let latest = await ask('2.0');
  return {
    instance: { id: options.instanceId, ...latest.told },
    held: latest.credentials,
    source: {
      role: () => latest.role,
      profile: () => latest.profile,
      async issue(delivery) {
        latest = await ask(delivery);
        return latest.credentials;
      },
    },
  };
}

interface Answer {
  readonly credentials: IssuedCredentials;
  readonly role: { readonly name: string; readonly id: string };
  readonly profile: { readonly arn: string; readonly id: string };
  readonly told: Omit<InstanceDescription, 'id'>;
}

/** Throws Error for an answer that is not whole. */
function readAnswer(answer: AssumeRoleForInstanceResponse, now: number): Answer {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = given(answer.Credentials);
  const { Arn, AssumedRoleId } = given(answer.AssumedRoleUser);
  const profile = given(answer.InstanceProfile);
  const told = given(answer.Instance);
  const [, name] = parseArn(given(Arn))?.resource.split('/') ?? [];
  const expiresAt = given(Expiration);
  if (!(expiresAt > now)) throw new Error('the issuer answered with credentials that are over');
  return {
    credentials: {
      accessKeyId: given(AccessKeyId),
      secretAccessKey: given(SecretAccessKey),
      sessionToken: given(SessionToken),
      issuedAt: now,
      expiresAt,
    },
    role: { name: given(name), id: given(AssumedRoleId) },
    profile: { arn: given(profile.Arn), id: given(profile.Id) },
    told: {
      accountId: given(told.AccountId),
      region: given(told.Region),
      availabilityZone: given(told.AvailabilityZone),
      instanceType: given(told.InstanceType),
      imageId: given(told.ImageId),
      architecture: given(told.Architecture),
      privateIp: given(told.PrivateIp),
      hostname: given(told.Hostname),
    },
  };
}

function given<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('the answer of the issuer is not whole');
  return value;
}
