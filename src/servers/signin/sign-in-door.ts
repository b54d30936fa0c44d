import { createUuid, type RandomBytes } from '#core/identifiers';
import type { Clock } from '#core/time';
import {
  type Answered,
  header,
  type SignInEntry,
  type SignInVisit,
  signInStatus,
  toFault,
  type WireRequest,
  type WireResponse,
} from '#pipeline';
import { fault } from '#wire/faults';
import { isFromElsewhere, readCookie, writeCookie } from './cookie.ts';
import { readDestination } from './destination.ts';
import { answerHeaders, messagePage, sessionPage } from './page.ts';
import { type Parameters, readParameters, readSession, required } from './read-parameters.ts';

export interface SignInDoorOptions {
  readonly entry: SignInEntry;
  /** The URL at which others reach the endpoint, without a slash at its end. */
  readonly publicUrl: () => string;
  /** Origins other than the endpoint's own that a browser may be sent to. */
  readonly destinations: readonly string[];
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Told of every request once it is answered. */
  readonly onAnswered: (answered: Answered) => void;
}

interface Reply {
  readonly response: WireResponse;
  /** As metrics name it. */
  readonly refusal?: string;
}

/** What a request is for. */
interface Asked {
  /** As logs and metrics name it. */
  readonly operation: string;
  readonly answer: (visit: SignInVisit, reached: Reached) => Reply | Promise<Reply>;
}

/** How a request reached the endpoint. */
interface Reached {
  /** Origins of the endpoint: the one that is told to others, and the one that this browser used. */
  readonly own: readonly string[];
  /** The path below which the endpoint is reached. */
  readonly prefix: string;
  /** True where the browser speaks TLS, with this process or with a proxy before it. */
  readonly isSecure: boolean;
}

/** Whether a request is for this door, by its path alone. */
export function isForSignIn({ target }: WireRequest): boolean {
  const path = pathOf(target);
  return path === '/federation' || isPage(path);
}

function pathOf(target: string): string {
  const mark = target.indexOf('?');
  return mark < 0 ? target : target.slice(0, mark);
}

function isPage(path: string): boolean {
  return path === '/console' || path.startsWith('/console/');
}

/** Answers requests of browsers and of brokers (IAM User Guide, "Enable custom identity broker access to the AWS console"). */
export function createSignInDoor(
  options: SignInDoorOptions,
): (request: WireRequest) => Promise<WireResponse> {
  const { entry, destinations } = options;

  const showSession = async (visit: SignInVisit, reached: Reached): Promise<Reply> => {
    const signedIn = await entry.find(visit, readCookie(visit.request, reached.isSecure));
    if (signedIn !== undefined) return { response: sessionPage(signedIn, reached.prefix) };
    const response = messagePage(403, 'Not signed in', 'Sign in through your organization.');
    return { response, refusal: 'NotSignedIn' };
  };

  const getSigninToken = async (visit: SignInVisit, parameters: Parameters): Promise<Reply> => {
    const token = await entry.issueToken(visit, () => readSession(parameters));
    const headers = { ...answerHeaders, 'content-type': 'application/json' };
    return { response: { status: 200, headers, body: JSON.stringify({ SigninToken: token }) } };
  };

  const login = async (
    visit: SignInVisit,
    parameters: Parameters,
    { own, isSecure }: Reached,
  ): Promise<Reply> => {
    let location = '';
    const { cookie, seconds } = await entry.signIn(visit, () => {
      const token = required(parameters, 'SigninToken');
      const destination = readDestination(required(parameters, 'Destination'), { own, others: destinations });
      if (destination === undefined)
        throw fault(
          'ValidationError',
          'Destination must be a page of this service, or of an origin that it is set up to trust.',
        );
      location = destination;
      return { token, destination };
    });
    const headers = { ...answerHeaders, location, 'set-cookie': writeCookie(cookie, seconds, isSecure) };
    return { response: { status: 302, headers, body: '' } };
  };

  const logout = async (visit: SignInVisit, { own, isSecure }: Reached): Promise<Reply> => {
    if (isFromElsewhere(visit.request, own)) {
      const words = 'A page of another site asked to sign you out. Do so on the page of your session.';
      return { response: messagePage(403, 'Still signed in', words), refusal: 'AskedByAnotherSite' };
    }
    await entry.signOut(visit, readCookie(visit.request, isSecure));
    const response = messagePage(200, 'Signed out', 'You are signed out.');
    const headers = { ...response.headers, 'set-cookie': writeCookie('', 0, isSecure) };
    return { response: { ...response, headers } };
  };

  /** Throws Fault for a request that is for nothing. */
  const readAsked = (request: WireRequest): Asked => {
    const { method } = request;
    if (isPage(pathOf(request.target))) {
      const isReading = method === 'GET' || method === 'HEAD';
      return { operation: 'ShowSession', answer: isReading ? showSession : () => notAllowed('GET, HEAD') };
    }
    if (method !== 'GET' && method !== 'POST')
      return { operation: 'Federation', answer: () => notAllowed('GET, POST') };
    const parameters = readParameters(request);
    switch (required(parameters, 'Action')) {
      case 'getSigninToken':
        return { operation: 'GetSigninToken', answer: (visit) => getSigninToken(visit, parameters) };
      case 'login':
        return { operation: 'ConsoleLogin', answer: (visit, reached) => login(visit, parameters, reached) };
      case 'logout':
        return { operation: 'Logout', answer: logout };
      default:
        throw fault('ValidationError', 'Action must be getSigninToken, login or logout.');
    }
  };

  return async (request) => {
    const visit = { request, requestId: createUuid(options.random) };
    const facts = { requestId: visit.requestId, receivedAt: options.clock(), service: 'signin' };
    const told = { ...facts, authenticated: undefined, encodedMessage: undefined };
    let operation = 'Federation';
    try {
      const asked = readAsked(request);
      operation = asked.operation;
      const { response, ...more } = await asked.answer(visit, howReached(request, options.publicUrl()));
      const { status } = response;
      options.onAnswered({ ...told, operation, status, fault: undefined, cause: undefined, ...more });
      return response;
    } catch (error) {
      const refusal = toFault(error);
      const status = signInStatus(refusal.code);
      options.onAnswered({ ...told, operation, status, fault: refusal, cause: error });
      return messagePage(status, 'Sign-in failed', refusal.text ?? '');
    }
  };
}

function notAllowed(allow: string): Reply {
  const response = { status: 405, headers: { ...answerHeaders, allow }, body: '' };
  return { response, refusal: 'MethodNotAllowed' };
}

function howReached(request: WireRequest, publicUrl: string): Reached {
  const { origin, pathname, protocol } = new URL(publicUrl);
  const here = `${request.secure ? 'https' : 'http'}://${header(request, 'host') ?? ''}`;
  const own = URL.canParse(here) ? [...new Set([origin, new URL(here).origin])] : [origin];
  return { own, prefix: pathname.replace(/\/$/, ''), isSecure: request.secure || protocol === 'https:' };
}
