import { createUuid, type RandomBytes } from '#core/identifiers';
import type { Clock } from '#core/time';
import type { Answered, EnterAsPerson, WireRequest, WireResponse } from '#pipeline';
import { Fault, fault } from '#wire/faults';
import { addressesOf, regionOf, splitTarget } from './addresses.ts';
import { authorize, showForm } from './authorize.ts';
import { encodeFault } from './encode-fault.ts';
import { answerHeaders, confirmationPage } from './pages.ts';
import { confirmationPath, invalid, readOnce } from './read-authorization.ts';
import { createToken } from './token.ts';

export interface OAuthDoorOptions {
  readonly enter: EnterAsPerson;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** The URL at which others reach the endpoint, without a slash at its end. */
  readonly publicUrl: () => string;
  /** The Region of requests whose host names none. */
  readonly region: string;
  /** Told of every request once it is answered. */
  readonly onAnswered: (answered: Answered) => void;
}

/** A request at this door, and what is known of it. */
export interface Visit {
  readonly request: WireRequest;
  readonly requestId: string;
  readonly region: string;
  /** Where the endpoint is, the way this client came first. */
  readonly addresses: readonly string[];
  readonly query: string;
  readonly enter: EnterAsPerson;
  readonly now: number;
}

interface Page {
  /** As logs and metrics name it. */
  readonly operation: string;
  readonly methods: readonly string[];
  readonly answer: (visit: Visit) => Promise<WireResponse> | WireResponse;
}

const pages: ReadonlyMap<string, Page> = new Map([
  [
    '/v1/authorize',
    {
      operation: 'AuthorizeOAuth2Access',
      methods: ['GET', 'HEAD', 'POST'],
      answer: (visit) => (visit.request.method === 'POST' ? authorize(visit) : showForm(visit)),
    },
  ],
  [
    confirmationPath,
    { operation: 'AuthorizeOAuth2Access', methods: ['GET', 'HEAD'], answer: showConfirmation },
  ],
  ['/v1/token', { operation: 'CreateOAuth2Token', methods: ['POST'], answer: createToken }],
]);

/** Proofs under way take a tenth of a second of a processor each: nobody waits behind more than so many. */
const mostAtOnce = 32;

/** Answers requests that are for this door; undefined for those that are for another. */
export function createOAuthDoor(
  options: OAuthDoorOptions,
): (request: WireRequest) => Promise<WireResponse> | undefined {
  const { enter, clock, random } = options;
  let underWay = 0;

  const answer = async (request: WireRequest, page: Page, query: string): Promise<WireResponse> => {
    const visit = {
      request,
      requestId: createUuid(random),
      region: regionOf(request) ?? options.region,
      addresses: addressesOf(request, options.publicUrl()),
      query,
      enter,
      now: clock(),
    };
    const facts = { requestId: visit.requestId, receivedAt: visit.now, service: 'signin' };
    const told = { ...facts, operation: page.operation, authenticated: undefined, encodedMessage: undefined };
    let response: WireResponse;
    let failure: unknown;
    underWay += 1;
    try {
      if (request.method === 'POST' && underWay > mostAtOnce) throw tooMany();
      response = await page.answer(visit);
    } catch (error) {
      failure = error;
      response = encodeFault(request, error instanceof Fault ? error : fault('InternalFailure'));
    } finally {
      underWay -= 1;
    }
    const refused = failure instanceof Fault ? failure : undefined;
    options.onAnswered({ ...told, status: response.status, fault: refused, cause: failure });
    return { ...response, headers: { ...response.headers, 'x-amzn-requestid': visit.requestId } };
  };

  return (request) => {
    const { path, query } = splitTarget(request.target);
    const page = pages.get(path);
    if (page === undefined) return undefined;
    if (!page.methods.includes(request.method)) {
      return Promise.resolve({
        status: 405,
        headers: { ...answerHeaders, allow: page.methods.join(', ') },
        body: '',
      });
    }
    return answer(request, page, query);
  };
}

/** Where a program on another device waits, its person carries this text to it, which says code and state in one. */
function showConfirmation({ query }: Visit): WireResponse {
  const parameters = readOnce(query);
  const code = parameters.get('code');
  const state = parameters.get('state');
  if (code === undefined || state === undefined) throw invalid('The address has no code.');
  return confirmationPage(Buffer.from(new URLSearchParams({ state, code }).toString()).toString('base64'));
}

function tooMany(): Fault {
  return fault('TooManyRequestsError', 'Too many people are signing in. Try again later.', {
    error: 'INVALID_REQUEST',
  });
}
