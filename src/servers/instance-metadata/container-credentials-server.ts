import { createHash, timingSafeEqual } from 'node:crypto';
import type { Server } from 'node:http';
import { parseArn } from '#core/arn';
import type { AccountId } from '#core/identifiers';
import type { Clock } from '#core/time';
import type { EnterAsService } from '#pipeline';
import type { IdentityStore } from '#stores/identity';
import { assumeForService } from './assume-for-service.ts';
import { createContainerEndpoint, handOut, type Reply, refuse } from './container-endpoint.ts';
import { CredentialsUnavailable, RenewedCredentials } from './renewed-credentials.ts';

/** How long sessions of ECS live, whatever the role's maximum. */
const taskSessionSeconds = 21_600;

/** A task whose containers may have the credentials of its role. */
export interface ContainerTask {
  /** Names its sessions: 32 hexadecimal digits, as ECS writes them. */
  readonly id: string;
  readonly cluster: string;
  readonly roleArn: string;
  /** What its containers send as `Authorization`, as it is. */
  readonly token: string;
}

export interface ContainerCredentialsOptions {
  readonly tasks: readonly ContainerTask[];
  readonly region: string;
  /** Names that requests may be sent to, beside addresses and `localhost`; in lower case. */
  readonly hosts: readonly string[];
  readonly identity: Pick<IdentityStore, 'state'>;
  readonly enter: EnterAsService;
  readonly clock: Clock;
  readonly jitter: () => number;
  readonly onFailure: (task: string, error: CredentialsUnavailable) => void;
}

/** The door of some tasks. */
export interface ContainerCredentials {
  /** Not listening yet: the caller binds it and closes it. */
  readonly server: Server;
  /** Renews what is due. The caller says when, every few seconds. */
  renewIfDue(): void;
}

const service = 'ecs-tasks.amazonaws.com';

interface Held {
  readonly roleId: string | undefined;
  readonly credentials: RenewedCredentials;
}

interface Known {
  readonly task: ContainerTask;
  readonly tokenHash: Buffer;
  held: Held | undefined;
}

/** Makes the door (AWS SDKs and Tools Reference Guide, "Container credential provider"). */
export function createContainerCredentials(options: ContainerCredentialsOptions): ContainerCredentials {
  const { identity, enter, region, clock, jitter, onFailure } = options;
  const tasks: readonly Known[] = options.tasks.map((task) => ({
    task,
    tokenHash: hashToken(task.token),
    held: undefined,
  }));

  /** What is in hand of a role is of no use for one that was made anew under its name. */
  function credentialsOf(known: Known): RenewedCredentials {
    const { task } = known;
    const { account = '', resource = '' } = parseArn(task.roleArn) ?? {};
    const roleId = identity.state
      .all('role')
      .named(account, resource.slice(resource.lastIndexOf('/') + 1))?.id;
    if (known.held === undefined || known.held.roleId !== roleId) {
      const sourceArn = `arn:aws:ecs:${region}:${account}:task/${task.cluster}/${task.id}`;
      const call = { service, sourceArn, account: account as AccountId, region };
      const session = {
        RoleArn: task.roleArn,
        RoleSessionName: task.id,
        DurationSeconds: taskSessionSeconds,
        context: {},
      };
      const credentials = new RenewedCredentials({
        issue: () => assumeForService(enter, call, session),
        clock,
        jitter,
        onFailure: (error) => onFailure(task.id, error),
      });
      known.held = { roleId, credentials };
    }
    return known.held.credentials;
  }

  /** Every token is compared, so that the time it takes says nothing of any. */
  function findTask(token: string): Known | undefined {
    const hash = hashToken(token);
    let found: Known | undefined;
    for (const known of tasks) if (timingSafeEqual(known.tokenHash, hash)) found = known;
    return found;
  }

  async function answer(token: string | undefined): Promise<Reply> {
    const known = token === undefined ? undefined : findTask(token);
    if (known === undefined) return refuse(401, 'InvalidToken', 'The authorization token is of no task.');
    try {
      const { roleArn } = known.task;
      const account = parseArn(roleArn)?.account;
      return handOut(await credentialsOf(known).get(), { account, roleArn });
    } catch (error) {
      return error instanceof CredentialsUnavailable && error.code === 'AssumeRoleUnauthorizedAccess'
        ? refuse(403, 'AccessDenied', `${service} cannot assume the role: its trust policy must allow it.`)
        : refuse(503, 'ServiceUnavailable', 'The credentials could not be obtained.');
    }
  }

  return {
    server: createContainerEndpoint({ hosts: options.hosts, answer }),
    renewIfDue() {
      for (const known of tasks) if (known.held !== undefined) credentialsOf(known).renewIfDue();
    },
  };
}

function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
