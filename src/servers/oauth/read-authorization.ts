import { isChallenge, isLoopbackRedirect } from '#core/oauth';
import { type Authorization, clientIds, crossDevice } from '#services/signin';
import { type Fault, fault } from '#wire/faults';
import { parseForm } from '#wire/query';

/** What a program asks for, and the text that it wants back. */
export type AuthorizationRequest = Omit<Authorization, 'signedIn'> & { readonly state: string };

/** Where a code goes that a person carries to another machine: a page of the endpoint that shows it. */
export const confirmationPath = '/v1/sessions/confirmation';

const challengeMethods: ReadonlySet<string> = new Set(['SHA-256', 'S256']);
const longestParameters = 8192;
const statePattern = /^[!-~]{1,512}$/;

/** The parameters of a query or form. Throws ValidationException for too many bytes and for one that comes twice. */
export function readOnce(text: string): ReadonlyMap<string, string> {
  if (text.length > longestParameters) throw invalid('The request is too long.');
  const parameters = new Map<string, string>();
  for (const [name, value] of parseForm(text).entries) {
    if (parameters.has(name)) throw invalid('The request has a parameter twice.');
    parameters.set(name, value);
  }
  return parameters;
}

/**
 * An authorization request (RFC 6749 §4.1.1, RFC 7636 §4.3). Throws ValidationException; then nothing is redirected, since a redirect that was
 * not checked may lead anywhere. `addresses` are those of the endpoint.
 */
export function readAuthorization(
  parameters: ReadonlyMap<string, string>,
  addresses: readonly string[],
): AuthorizationRequest {
  const clientId = parameters.get('client_id') ?? '';
  if (!clientIds.has(clientId)) throw invalid('client_id must be one of the clients for developer tools.');
  const redirectUri = parameters.get('redirect_uri') ?? '';
  const isOwnPage = addresses.some((address) => redirectUri === `${address}${confirmationPath}`);
  if (!(clientId === crossDevice ? isOwnPage : isLoopbackRedirect(redirectUri)))
    throw invalid('redirect_uri must be an address of 127.0.0.1, or this endpoint for another device.');
  if (parameters.get('response_type') !== 'code') throw invalid('response_type must be code.');
  const scope = parameters.get('scope') ?? '';
  if (scope !== 'openid') throw invalid('scope must be openid.');
  const challengeMethod = parameters.get('code_challenge_method') ?? '';
  if (!challengeMethods.has(challengeMethod)) throw invalid('code_challenge_method must be SHA-256.');
  const challenge = parameters.get('code_challenge') ?? '';
  if (!isChallenge(challenge))
    throw invalid('code_challenge must be the SHA-256 of a verifier, in base64url.');
  const state = parameters.get('state') ?? '';
  if (!statePattern.test(state)) throw invalid('state must be 1 to 512 visible ASCII characters.');
  return { clientId, redirectUri, scope, challenge, challengeMethod, state };
}

/** The request again, as the parameters of a form. */
export function authorizationFields(
  request: AuthorizationRequest,
): readonly (readonly [name: string, value: string])[] {
  return [
    ['response_type', 'code'],
    ['client_id', request.clientId],
    ['redirect_uri', request.redirectUri],
    ['scope', request.scope],
    ['state', request.state],
    ['code_challenge', request.challenge],
    ['code_challenge_method', request.challengeMethod],
  ];
}

/** A request that cannot be right; the message says which rule it breaks and repeats nothing of it. */
export function invalid(message: string): Fault {
  return fault('ValidationException', message, { error: 'INVALID_REQUEST' });
}
