import { createHash } from 'node:crypto';
import { isAbsolute, join } from 'node:path';
import { readPrivate, removePrivate, writePrivate } from './private-files.ts';
import { type Credentials, NotSignedIn, parseCredentials, parseSession, type Session } from './session.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the system keeps what programs can make again (XDG Base Directory Specification; Apple's and Microsoft's guidelines). */
export function cacheDirectory(environment: Environment, platform: NodeJS.Platform): string {
  const home = environment.HOME ?? environment.USERPROFILE;
  const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = environment;
  if (platform === 'win32' && local !== undefined) return join(local, 'brevet');
  // A path that is not absolute is to be passed over.
  if (platform !== 'darwin' && xdg !== undefined && isAbsolute(xdg)) return join(xdg, 'brevet');
  if (home === undefined) throw new Error('there is no home directory: set HOME');
  return platform === 'darwin' ? join(home, 'Library', 'Caches', 'brevet') : join(home, '.cache', 'brevet');
}

/** What is kept of one sign-in: the session, and sessions of roles that were assumed with it. */
export class SessionStore {
  readonly name: string;
  readonly #directory: string;
  readonly #unique: () => string;

  /** `unique` names temporary files; no two processes draw the same. */
  constructor(cache: string, name: string, unique: () => string) {
    this.name = name;
    this.#directory = join(cache, name);
    this.#unique = unique;
  }

  /** Rejects with NotSignedIn when there is none, or it is not whole, and with Error when others could have got at it. */
  async load(): Promise<Session> {
    const text = await readPrivate(this.#session());
    if (text === undefined) throw new NotSignedIn('not signed in', this.name);
    const session = parseSession(text);
    if (session === undefined) throw new NotSignedIn(`${this.#session()} is no session`, this.name);
    return session;
  }

  /** Puts a new sign-in in place of the one before, whose roles are forgotten. */
  async begin(session: Session): Promise<void> {
    await removePrivate(this.#directory);
    await this.#write(this.#session(), session);
  }

  /** Keeps renewed credentials, unless somebody has signed in anew or signed out meanwhile. */
  async renew(session: Session): Promise<void> {
    const present = parseSession((await readPrivate(this.#session())) ?? '');
    if (present?.refreshToken === session.refreshToken) await this.#write(this.#session(), session);
  }

  /** The session of a role as it was kept, or undefined when there is none that can be used. */
  async loadRole(key: string): Promise<Credentials | undefined> {
    return parseCredentials((await readPrivate(this.#role(key))) ?? '');
  }

  async keepRole(key: string, credentials: Credentials): Promise<void> {
    await this.#write(this.#role(key), credentials);
  }

  /** Forgets everything. True when there was something. */
  async end(): Promise<boolean> {
    return await removePrivate(this.#directory);
  }

  #session(): string {
    return join(this.#directory, 'session.json');
  }

  #role(key: string): string {
    return join(this.#directory, `role-${createHash('sha256').update(key).digest('hex')}.json`);
  }

  async #write(path: string, value: unknown): Promise<void> {
    await writePrivate(path, `${JSON.stringify(value, null, 2)}\n`, this.#unique());
  }
}
