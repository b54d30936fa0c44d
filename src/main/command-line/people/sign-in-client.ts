import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { challengeOf, signProof } from '#core/oauth';
import { ServiceUnreachable } from '../unreachable.ts';
import type { Credentials, Session } from './session.ts';

/** What the client takes from outside. */
export interface ClientPorts {
  readonly fetch: typeof fetch;
  readonly now: () => number;
  /** So many random bytes, as text that goes in an address. */
  readonly random: (bytes: number) => string;
}

/** The service, and where its credentials are to be used. */
export interface Service {
  /** Without a slash at its end. */
  readonly endpoint: string;
  readonly region: string;
}

/** What somebody types. */
export interface Typed {
  readonly account: string;
  readonly userName: string;
  readonly password: string;
  /** Empty for who has no device. */
  readonly mfaCode: string;
  /** In place of one that has to be changed. */
  readonly newPassword?: string;
}

/** The service said that a sign-in is over; the message is its own. */
export class SignInOver extends Error {}

/** The password is right, and has to be changed. */
export class PasswordChangeRequired extends Error {}

export const sameDevice = 'arn:aws:signin:::devtools/same-device';
/** Nobody listens there: the redirect is read instead of followed. */
const unusedRedirect = 'http://127.0.0.1/oauth/callback';
const verifierBytes = 32;
const stateBytes = 16;
const proofIdBytes = 16;
const overErrors: ReadonlySet<unknown> = new Set([
  'TOKEN_EXPIRED',
  'USER_CREDENTIALS_CHANGED',
  'AUTHCODE_EXPIRED',
]);

/** A request for a code, as its program remembers it. */
export interface CodeRequest {
  readonly redirectUri: string;
  readonly verifier: string;
  readonly state: string;
  /** What the sign-in page is asked with (RFC 6749 §4.1.1, RFC 7636 §4.3). */
  readonly parameters: Readonly<Record<string, string>>;
}

export function requestCode(redirectUri: string, { random }: Pick<ClientPorts, 'random'>): CodeRequest {
  const verifier = random(verifierBytes);
  const state = random(stateBytes);
  return {
    redirectUri,
    verifier,
    state,
    parameters: {
      response_type: 'code',
      client_id: sameDevice,
      redirect_uri: redirectUri,
      scope: 'openid',
      state,
      code_challenge: challengeOf(verifier),
      code_challenge_method: 'SHA-256',
    },
  };
}

/** Signs in without a browser: sends the form of the sign-in page itself. Rejects with the service's own words when it refuses. */
export async function signInWithPassword(
  service: Service,
  typed: Typed,
  ports: ClientPorts,
): Promise<Session> {
  const request = requestCode(unusedRedirect, ports);
  const { account, userName: username, password, mfaCode: mfa_code } = typed;
  const response = await send(ports, `${service.endpoint}/v1/authorize`, {
    method: 'POST',
    headers: { accept: 'application/json' },
    body: new URLSearchParams({
      ...{ ...request.parameters, account, username, password, mfa_code },
      ...(typed.newPassword === undefined ? {} : { new_password: typed.newPassword }),
    }),
    redirect: 'manual',
  });
  const location = URL.parse(response.headers.get('location') ?? '');
  if (response.status !== 303 || location === null) throw await refusal(response);
  return await redeemCode(service, request, location.searchParams, ports);
}

/** The session for what a redirect brought. Rejects when it brought none, or one that was not asked for. */
export async function redeemCode(
  service: Service,
  request: CodeRequest,
  answer: URLSearchParams,
  ports: ClientPorts,
): Promise<Session> {
  // A code that somebody else had sent here would sign this person in as that one.
  if (answer.get('state') !== request.state) throw new Error('the answer is to another question');
  const code = answer.get('code');
  if (code === null)
    throw new Error(`no code was given: ${answer.get('error') ?? 'the service did not say why'}`);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const { redirectUri, verifier: codeVerifier } = request;
  const body = { clientId: sameDevice, grantType: 'authorization_code', code, redirectUri, codeVerifier };
  const answered = await askToken(service.endpoint, key, body, ports);
  const { sub } = claimsOf(answered.idToken);
  return {
    version: 1,
    endpoint: service.endpoint,
    region: service.region,
    clientId: sameDevice,
    arn: String(sub),
    refreshToken: textIn(answered, 'refreshToken'),
    key,
    credentials: credentialsIn(answered, ports),
  };
}

/** The session with fresh credentials. Rejects with SignInOver when it is over. */
export async function refreshSession(session: Session, ports: ClientPorts): Promise<Session> {
  const { endpoint, key, clientId, refreshToken } = session;
  const body = { clientId, grantType: 'refresh_token', refreshToken };
  const answered = await askToken(endpoint, key, body, ports);
  return { ...session, credentials: credentialsIn(answered, ports) };
}

type Fields = Readonly<Record<string, unknown>>;

async function askToken(endpoint: string, key: string, body: object, ports: ClientPorts): Promise<Fields> {
  const url = `${endpoint}/v1/token`;
  const proof = signProof(createPrivateKey(key), {
    method: 'POST',
    url,
    now: ports.now(),
    id: ports.random(proofIdBytes),
  });
  const response = await send(ports, url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', dpop: proof },
    body: JSON.stringify(body),
    redirect: 'error',
  });
  if (response.status !== 200) throw await refusal(response);
  return fieldsOf(await response.text(), endpoint);
}

async function send({ fetch }: ClientPorts, url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request);
  } catch (error) {
    throw new ServiceUnreachable(`cannot reach ${new URL(url).origin}`, { cause: error });
  }
}

async function refusal(response: Response): Promise<Error> {
  if (response.status >= 500)
    return new ServiceUnreachable(`${new URL(response.url).origin} cannot answer now`);
  const { error, message } = fieldsOf(await response.text(), response.url);
  const text = typeof message === 'string' ? message : `the service answered ${response.status}`;
  if (error === 'PASSWORD_CHANGE_REQUIRED') return new PasswordChangeRequired(text);
  return overErrors.has(error) ? new SignInOver(text) : new Error(text);
}

function fieldsOf(text: string, address: string): Fields {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Fields;
  } catch {
    // Said below, in the same words.
  }
  throw new Error(`${address} did not answer as the sign-in service does`);
}

function claimsOf(idToken: unknown): Fields {
  const [, payload = ''] = typeof idToken === 'string' ? idToken.split('.') : [];
  return fieldsOf(Buffer.from(payload, 'base64url').toString(), 'the service');
}

function credentialsIn({ accessToken, expiresIn }: Fields, { now }: ClientPorts): Credentials {
  const token = typeof accessToken === 'object' && accessToken !== null ? (accessToken as Fields) : {};
  return {
    accessKeyId: textIn(token, 'accessKeyId'),
    secretAccessKey: textIn(token, 'secretAccessKey'),
    sessionToken: textIn(token, 'sessionToken'),
    expiresAt: now() + Number(expiresIn) * 1000,
  };
}

function textIn(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string') throw new Error(`the service answered without ${name}`);
  return value;
}
