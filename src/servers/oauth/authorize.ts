import { header, type WireRequest, type WireResponse } from '#pipeline';
import { changePasswordAtSignIn } from '#services/iam';
import { authorizeOAuth2Access, consoleLogin } from '#services/signin';
import { Fault } from '#wire/faults';
import { isJsonWanted, statusOf } from './encode-fault.ts';
import type { Visit } from './oauth-door.ts';
import { answerHeaders, signInPage } from './pages.ts';
import { type AuthorizationRequest, invalid, readAuthorization, readOnce } from './read-authorization.ts';

const formType = /^application\/x-www-form-urlencoded\s*(;|$)/i;
/** IAM's longest password, and no name is longer. */
const longestField = 128;
const passwordPattern = /^[\t\n\r\u0020-\u00ff]{1,128}$/;
/** What whoever fills the form in can do something about. */
const shownInForm: ReadonlySet<string> = new Set([
  'AccessDenied',
  'PasswordPolicyViolation',
  'EntityTemporarilyUnmodifiable',
]);

/** The form, for a request that is in order. Throws Fault. */
export function showForm({ query, addresses }: Visit): WireResponse {
  const parameters = readOnce(query);
  const authorization = readAuthorization(parameters, addresses);
  return signInPage(200, authorization, {
    account: parameters.get('account')?.slice(0, longestField) ?? '',
    userName: parameters.get('username')?.slice(0, longestField) ?? '',
    asksNew: false,
  });
}

/**
 * What the form sends: signs in and redirects to the program, with a code or with the refusal of one (RFC 6749 §4.1.2). Who is not let in gets
 * the form again, or JSON when that is asked for. Throws Fault.
 */
export async function authorize(visit: Visit): Promise<WireResponse> {
  const { request, addresses, enter } = visit;
  if (isFromElsewhere(request, addresses)) throw invalid('The form was sent by a page of another site.');
  if (!formType.test(header(request, 'content-type') ?? '')) throw invalid('The request must be a form.');
  const parameters = readOnce(Buffer.from(request.body).toString());
  const authorization = readAuthorization(parameters, addresses);
  const typed = { account: field(parameters, 'account'), userName: field(parameters, 'username') };
  const mfaCode = (parameters.get('mfa_code') ?? '').trim();
  const newPassword = readNewPassword(parameters);
  const attempt = {
    ...typed,
    password: field(parameters, 'password'),
    ...(mfaCode === '' ? {} : { mfaCode }),
    ...(newPassword === undefined ? {} : { changesPassword: true }),
    loginTo: `${addresses[0] ?? ''}/v1/authorize`,
  };
  try {
    const proven = await enter(visit, consoleLogin, attempt);
    const signedIn =
      newPassword === undefined
        ? proven
        : await enter(visit, changePasswordAtSignIn, { signedIn: proven, newPassword });
    const code = await grant(visit, { ...authorization, signedIn });
    return redirect(authorization, code === undefined ? { error: 'access_denied' } : { code });
  } catch (error) {
    if (!(error instanceof Fault) || !shownInForm.has(error.code) || isJsonWanted(request)) throw error;
    const asksNew = newPassword !== undefined || error.members.error === 'PASSWORD_CHANGE_REQUIRED';
    return signInPage(statusOf(error), authorization, { ...typed, asksNew }, error.text);
  }
}

/** The code, or undefined where policy refuses it. */
async function grant(
  visit: Visit,
  input: Parameters<typeof authorizeOAuth2Access.claim>[0],
): Promise<string | undefined> {
  try {
    return await visit.enter(visit, authorizeOAuth2Access, input);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'AccessDenied' || isJsonWanted(visit.request))
      throw error;
    return undefined;
  }
}

function redirect(
  { redirectUri, state }: AuthorizationRequest,
  answer: Readonly<Record<string, string>>,
): WireResponse {
  const location = `${redirectUri}?${new URLSearchParams({ ...answer, state })}`;
  return { status: 303, headers: { ...answerHeaders, location }, body: '' };
}

function field(parameters: ReadonlyMap<string, string>, name: string): string {
  const value = parameters.get(name) ?? '';
  if (value === '' || value.length > longestField) throw invalid(`${name} must be 1 to 128 characters.`);
  return value;
}

/** Undefined for who does not want another. Throws ValidationException for what cannot be a password. */
function readNewPassword(parameters: ReadonlyMap<string, string>): string | undefined {
  const given = parameters.get('new_password') ?? '';
  if (given === '') return undefined;
  if (!passwordPattern.test(given))
    throw invalid('new_password must be 1 to 128 characters that a password can have.');
  return given;
}

/** Whether a browser says that a page of another origin sends this. What says nothing is no browser of today. */
function isFromElsewhere(request: WireRequest, addresses: readonly string[]): boolean {
  const site = header(request, 'sec-fetch-site');
  if (site !== undefined && site !== 'same-origin') return true;
  const origin = header(request, 'origin');
  return origin !== undefined && !addresses.some((address) => new URL(address).origin === origin);
}
