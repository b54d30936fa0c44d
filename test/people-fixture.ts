/** People with passwords, and a program of theirs that signs in as the AWS CLI's `aws login` does, step by step, so that each can be tampered with. */
import { generateKeyPairSync, type KeyObject, randomBytes, randomUUID } from 'node:crypto';
import { challengeOf, signProof } from '#core/oauth';
import { hashPassword } from '#core/password';
import type { SigninTypes } from '#wire/model';
import { type AddedUser, addMfaDevice, addUser, allow } from './principals.ts';
import type { Credentials, StartedService } from './started-service.ts';

export const password = 'correct horse 1 Battery staple';
export const mayLogIn = allow('signin:AuthorizeOAuth2Access', 'signin:CreateOAuth2Token');
export const sameDevice = 'arn:aws:signin:::devtools/same-device';
const redirectUri = 'http://127.0.0.1:53037/oauth/callback';

// One hash for all: each takes a tenth of a second.
const hash = hashPassword(password, randomBytes(16));

export interface Person extends AddedUser {
  /** What the MFA device shows now; undefined without one. */
  readonly mfaCode: (() => string) | undefined;
}

/** A user with a password, who may log in unless their policy says otherwise. */
export async function addPerson(
  service: StartedService,
  name: string,
  given: { readonly policy?: string; readonly hasDevice?: boolean; readonly mustChange?: boolean } = {},
): Promise<Person> {
  const added = await addUser(service, name, { policy: given.policy ?? mayLogIn });
  const { id, account } = added.user;
  const { box, identity } = service.house;
  const sealedHash = box.seal(await hash, `login-profile:${id}`);
  const now = service.now();
  await identity.write(({ put }) =>
    put('login-profile', {
      ...{ id, account, sealedHash, createdAt: now, changedAt: now },
      previousSealedHashes: [],
      resetRequired: given.mustChange ?? false,
    }),
  );
  const device = given.hasDevice === true ? await addMfaDevice(service, added.user) : undefined;
  return { ...added, mfaCode: device?.code };
}

/** What the sign-in form sends; an empty value leaves the field out. */
export type Form = Readonly<Record<string, string>>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface TokenAnswer extends Answer {
  readonly tokens: SigninTypes.CreateOAuth2TokenResponseBody;
  readonly error: { readonly error: string; readonly message: string };
}

/** A program that signs a person in, with a verifier and a key of its own. */
export class Program {
  readonly verifier = randomBytes(32).toString('base64url');
  readonly state = randomUUID();
  key: KeyObject = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  readonly #service: StartedService;

  constructor(service: StartedService) {
    this.#service = service;
  }

  /** The parameters of the address that it opens in a browser. */
  parameters(): Form {
    return {
      response_type: 'code',
      client_id: sameDevice,
      redirect_uri: redirectUri,
      scope: 'openid',
      state: this.state,
      code_challenge: challengeOf(this.verifier),
      code_challenge_method: 'SHA-256',
    };
  }

  async get(path: string): Promise<Answer> {
    return read(await fetch(`${this.#service.endpoint}${path}`, { redirect: 'manual' }));
  }

  /** Sends the form as somebody has filled it in. */
  async submit(form: Form, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const fields = Object.entries({
      ...this.parameters(),
      account: this.#service.accountId,
      password,
      ...form,
    });
    const response = await fetch(`${this.#service.endpoint}/v1/authorize`, {
      method: 'POST',
      headers,
      body: new URLSearchParams(fields.filter(([, value]) => value !== '')),
      redirect: 'manual',
    });
    return read(response);
  }

  /** The code for a person. */
  async code(person: Person, form: Form = {}): Promise<string> {
    const mfa = person.mfaCode === undefined ? {} : { mfa_code: person.mfaCode() };
    const answer = await this.submit({ username: person.user.name, ...mfa, ...form });
    const code = new URL(answer.headers.get('location') ?? 'none:').searchParams.get('code');
    if (code === null) throw new Error(`no code: ${answer.status} ${answer.text}`);
    return code;
  }

  proof(given: { readonly id?: string; readonly url?: string; readonly method?: string } = {}): string {
    const { id = randomUUID(), url = `${this.#service.endpoint}/v1/token`, method = 'POST' } = given;
    return signProof(this.key, { method, url, now: this.#service.now(), id });
  }

  async token(body: object, proof: string | undefined = this.proof()): Promise<TokenAnswer> {
    const response = await fetch(`${this.#service.endpoint}/v1/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(proof === undefined ? {} : { dpop: proof }) },
      body: JSON.stringify(body),
    });
    const answer = await read(response);
    const value = JSON.parse(answer.text);
    return { ...answer, tokens: value, error: value };
  }

  redeem(code: string, changed: object = {}, proof?: string): Promise<TokenAnswer> {
    const body = {
      ...{ clientId: sameDevice, grantType: 'authorization_code', code, redirectUri },
      codeVerifier: this.verifier,
    };
    return this.token({ ...body, ...changed }, proof);
  }

  refresh(refreshToken: string, changed: object = {}, proof?: string): Promise<TokenAnswer> {
    return this.token({ clientId: sameDevice, grantType: 'refresh_token', refreshToken, ...changed }, proof);
  }
}

/** A program that a person has signed in, and what it got. */
export async function signedIn(
  service: StartedService,
  person: Person,
): Promise<{ readonly program: Program; readonly tokens: TokenAnswer['tokens'] }> {
  const program = new Program(service);
  const { status, text, tokens } = await program.redeem(await program.code(person));
  if (status !== 200) throw new Error(text);
  return { program, tokens };
}

export function credentialsIn({ accessToken }: TokenAnswer['tokens']): Credentials {
  return accessToken;
}

async function read(response: Response): Promise<Answer> {
  return { status: response.status, headers: response.headers, text: await response.text() };
}
