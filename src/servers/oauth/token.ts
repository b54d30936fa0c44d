import { OAuthError, type Proof, verifyProof } from '#core/oauth';
import { headerValues, type WireResponse } from '#pipeline';
import { createOAuth2Token } from '#services/signin';
import { validateInput, violationFault } from '#wire/constraints';
import { fromJsonValue, parseJsonObject, writeJson } from '#wire/json-value';
import { type SigninTypes, serviceModels, signinOperations } from '#wire/model';
import type { Visit } from './oauth-door.ts';
import { answerHeaders } from './pages.ts';
import { invalid } from './read-authorization.ts';

/** Credentials for a code or a refresh token (AWS Sign-In API Reference, CreateOAuth2Token). Throws Fault. */
export async function createToken(visit: Visit): Promise<WireResponse> {
  const body = readBody(visit.request.body);
  const proof = readProof(visit);
  const output = await visit.enter(visit, createOAuth2Token, {
    body,
    proof,
    issuer: visit.addresses.at(-1) ?? '',
  });
  return {
    status: 200,
    headers: { ...answerHeaders, 'content-type': 'application/json' },
    body: writeJson(output),
  };
}

/** The whole body is the one member of the operation's input. */
function readBody(bytes: Uint8Array): SigninTypes.CreateOAuth2TokenRequestBody {
  const shape = serviceModels.signin.shapes.get('CreateOAuth2TokenRequestBody');
  if (shape === undefined) throw new Error('the sign-in model has no token request');
  const tokenInput = fromJsonValue(shape, parseJsonObject(bytes)) as SigninTypes.CreateOAuth2TokenRequestBody;
  const violation = violationFault(
    serviceModels.signin,
    validateInput(signinOperations.CreateOAuth2Token, { tokenInput }),
  );
  if (violation !== undefined) throw violation;
  return tokenInput;
}

function readProof({ request, addresses, now }: Visit): Proof {
  const [proof, ...others] = headerValues(request, 'dpop');
  if (proof === undefined || others.length > 0) throw invalid('The request needs one DPoP header.');
  try {
    const urls = addresses.map((address) => `${address}/v1/token`);
    return verifyProof(proof, { method: request.method, urls, now });
  } catch (error) {
    if (error instanceof OAuthError) throw invalid(error.message);
    throw error;
  }
}
