import { askService } from '../ask-service.ts';
import { ServiceUnreachable } from '../unreachable.ts';
import { type Credentials, NotSignedIn, type Session } from './session.ts';
import type { SessionStore } from './session-store.ts';
import { type ClientPorts, refreshSession, SignInOver } from './sign-in-client.ts';

/** A role to act as. */
export interface Role {
  readonly arn: string;
  /** That of whoever signed in, without. */
  readonly sessionName: string | undefined;
  readonly durationSeconds: number;
}

/** Credentials and the session they came from. */
export interface Given {
  readonly session: Session;
  readonly credentials: Credentials;
}

/** A little less than credentials live at most: who asks for as much gets fresh ones. */
export const freshMs = 840_000;
/** Half of their life: programs ask again long before the end. */
export const halfMs = 450_000;
const longestAheadMs = 900_000;
/** Enough for one call. */
const oneCallMs = 60_000;

/**
 * Credentials of whoever signed in that live so much longer at least, renewed where need be; those in hand while the service is away.
 * Rejects with NotSignedIn when the sign-in is over.
 */
export async function ownCredentials(
  store: SessionStore,
  leastMs: number,
  ports: ClientPorts,
): Promise<Given> {
  const session = await store.load();
  const leftMs = session.credentials.expiresAt - ports.now();
  if (leftMs > leastMs) return { session, credentials: session.credentials };
  try {
    const renewed = await refreshSession(session, ports);
    await store.renew(renewed);
    return { session: renewed, credentials: renewed.credentials };
  } catch (error) {
    if (error instanceof SignInOver) throw new NotSignedIn('the session is over', store.name);
    if (leftMs > 0 && error instanceof ServiceUnreachable)
      return { session, credentials: session.credentials };
    throw error;
  }
}

/** Credentials of a role, kept until shortly before they end. Rejects with NotSignedIn, and with the service's own words when it refuses. */
export async function roleCredentials(store: SessionStore, role: Role, ports: ClientPorts): Promise<Given> {
  const session = await store.load();
  const sessionName = role.sessionName ?? defaultSessionName(session.arn);
  const key = JSON.stringify([session.endpoint, session.arn, role.arn, sessionName, role.durationSeconds]);
  const kept = await store.loadRole(key);
  const leftMs = (kept?.expiresAt ?? 0) - ports.now();
  if (kept !== undefined && leftMs > Math.min(longestAheadMs, role.durationSeconds * 500))
    return { session, credentials: kept };
  try {
    const own = await ownCredentials(store, oneCallMs, ports);
    const credentials = await assumeRole(own, role, sessionName, ports);
    await store.keepRole(key, credentials);
    return { session: own.session, credentials };
  } catch (error) {
    if (kept !== undefined && leftMs > 0 && error instanceof ServiceUnreachable)
      return { session, credentials: kept };
    throw error;
  }
}

async function assumeRole(
  { session, credentials: own }: Given,
  { arn, durationSeconds }: Role,
  sessionName: string,
  { now }: ClientPorts,
): Promise<Credentials> {
  const parameters = [
    ['RoleArn', arn],
    ['RoleSessionName', sessionName],
    ['DurationSeconds', String(durationSeconds)],
  ] as const;
  const call = { service: 'sts', action: 'AssumeRole', parameters } as const;
  const { Credentials: given } = await askService(call, { ...session, credentials: own }, now());
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = (given ?? {}) as Readonly<
    Record<string, unknown>
  >;
  if (![AccessKeyId, SecretAccessKey, SessionToken].every((part) => typeof part === 'string'))
    throw new Error('the service answered without credentials');
  return {
    accessKeyId: String(AccessKeyId),
    secretAccessKey: String(SecretAccessKey),
    sessionToken: String(SessionToken),
    expiresAt: Number(Expiration) * 1000,
  };
}

/** The user's name, so that records say who acts as the role. */
function defaultSessionName(arn: string): string {
  const name = arn.slice(arn.lastIndexOf('/') + 1);
  return name.length < 2 ? `brevet-${name}` : name.slice(0, 64);
}
