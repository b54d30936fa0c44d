/** Temporary credentials and when they end. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Milliseconds, as all times here. */
  readonly expiresAt: number;
}

/** What is kept of a sign-in. All of it together is worth the credentials of whoever signed in, for as long as it lasts. */
export interface Session {
  readonly version: 1;
  /** Where it was signed in, and where its credentials are good. */
  readonly endpoint: string;
  readonly region: string;
  readonly clientId: string;
  /** Who signed in. */
  readonly arn: string;
  readonly refreshToken: string;
  /** The private key that the refresh token is bound to: PKCS #8 in PEM. */
  readonly key: string;
  readonly credentials: Credentials;
}

/** Says what is to be done in one line; it is all that a person sees. */
export class NotSignedIn extends Error {
  constructor(why: string, session: string) {
    super(`${why}: run brevet login${session === 'default' ? '' : ` --session ${session}`}`);
  }
}

/** The session in a text, or undefined when it is none, as after a crash of the machine or a version to come. */
export function parseSession(text: string): Session | undefined {
  const value = parseObject(text);
  if (value?.version !== 1) return undefined;
  const texts = ['endpoint', 'region', 'clientId', 'arn', 'refreshToken', 'key'];
  return texts.every((name) => typeof value[name] === 'string') && isCredentials(value.credentials)
    ? (value as unknown as Session)
    : undefined;
}

export function parseCredentials(text: string): Credentials | undefined {
  const value: unknown = parseObject(text);
  return isCredentials(value) ? value : undefined;
}

function isCredentials(value: unknown): value is Credentials {
  if (typeof value !== 'object' || value === null) return false;
  const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = value as Partial<Credentials>;
  return (
    [accessKeyId, secretAccessKey, sessionToken].every((part) => typeof part === 'string') &&
    typeof expiresAt === 'number'
  );
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
