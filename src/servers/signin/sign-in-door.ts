import { header, type SignInEntry, signInStatus, type WireRequest, type WireResponse } from '#pipeline';
import { Fault, fault } from '#wire/faults';
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

  const showSession = async (request: WireRequest, reached: Reached): Promise<WireResponse> => {
    const signedIn = await entry.find(request, readCookie(request, reached.isSecure));
    return signedIn === undefined
      ? messagePage(403, 'Not signed in', 'Sign in through your organization.')
      : sessionPage(signedIn, reached.prefix);
  };

  const getSigninToken = async (request: WireRequest, parameters: Parameters): Promise<WireResponse> => {
    const token = await entry.issueToken(request, () => readSession(parameters));
    return {
      status: 200,
      headers: { ...answerHeaders, 'content-type': 'application/json' },
      body: JSON.stringify({ SigninToken: token }),
    };
  };

  const login = async (
    request: WireRequest,
    parameters: Parameters,
    { own, isSecure }: Reached,
  ): Promise<WireResponse> => {
    let location = '';
    const { cookie, seconds } = await entry.signIn(request, () => {
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
    return {
      status: 302,
      headers: { ...answerHeaders, location, 'set-cookie': writeCookie(cookie, seconds, isSecure) },
      body: '',
    };
  };

  const logout = async (request: WireRequest, { own, isSecure }: Reached): Promise<WireResponse> => {
    if (isFromElsewhere(request, own))
      return messagePage(
        403,
        'Still signed in',
        'A page of another site asked to sign you out. Do so on the page of your session.',
      );
    await entry.signOut(request, readCookie(request, isSecure));
    const response = messagePage(200, 'Signed out', 'You are signed out.');
    return { ...response, headers: { ...response.headers, 'set-cookie': writeCookie('', 0, isSecure) } };
  };

  return async (request) => {
    const reached = howReached(request, options.publicUrl());
    const isReading = request.method === 'GET' || request.method === 'HEAD';
    try {
      if (isPage(pathOf(request.target)))
        return isReading ? await showSession(request, reached) : notAllowed('GET, HEAD');
      if (request.method !== 'GET' && request.method !== 'POST') return notAllowed('GET, POST');
      const parameters = readParameters(request);
      switch (required(parameters, 'Action')) {
        case 'getSigninToken':
          return await getSigninToken(request, parameters);
        case 'login':
          return await login(request, parameters, reached);
        case 'logout':
          return await logout(request, reached);
        default:
          throw fault('ValidationError', 'Action must be getSigninToken, login or logout.');
      }
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return messagePage(signInStatus(error.code), 'Sign-in failed', error.text ?? '');
    }
  };
}

function notAllowed(allow: string): WireResponse {
  return { status: 405, headers: { ...answerHeaders, allow }, body: '' };
}

function howReached(request: WireRequest, publicUrl: string): Reached {
  const { origin, pathname, protocol } = new URL(publicUrl);
  const here = `${request.secure ? 'https' : 'http'}://${header(request, 'host') ?? ''}`;
  const own = URL.canParse(here) ? [...new Set([origin, new URL(here).origin])] : [origin];
  return { own, prefix: pathname.replace(/\/$/, ''), isSecure: request.secure || protocol === 'https:' };
}
