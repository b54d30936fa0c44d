import { header, type WireRequest, type WireResponse } from '#pipeline';
import { answerOf, type Fault } from '#wire/faults';
import { writeJson } from '#wire/json-value';
import { serviceModels } from '#wire/model';
import { answerHeaders, messagePage } from './pages.ts';

/** Refusals that say: sign in again (AWS Sign-In API Reference, CreateOAuth2Token, "Errors"). */
const overCodes: ReadonlySet<unknown> = new Set(['TOKEN_EXPIRED', 'AUTHCODE_EXPIRED']);

export function statusOf(fault: Fault): number {
  // The model gives this error no status.
  if (fault.code === 'AccessDenied') return overCodes.has(fault.members.error) ? 401 : 403;
  return answerOf(fault, serviceModels.signin).status;
}

/** Whether a client reads JSON rather than pages: every one at the token endpoint, and at the form who says so. */
export function isJsonWanted(request: WireRequest): boolean {
  return (
    request.target.startsWith('/v1/token') ||
    header(request, 'accept')?.startsWith('application/json') === true
  );
}

/** A refusal as the sign-in service writes it: `{error, message}`, or a page. */
export function encodeFault(request: WireRequest, fault: Fault): WireResponse {
  const { code, text } = answerOf(fault, serviceModels.signin);
  const status = statusOf(fault);
  if (!isJsonWanted(request)) return messagePage(status, 'Sign-in failed', text ?? '');
  const error = errorOf(request, fault, status);
  return {
    status,
    headers: {
      ...answerHeaders,
      'content-type': 'application/json',
      'x-amzn-errortype': errorTypeOf(code, status),
    },
    body: writeJson({ error, message: text ?? '' }),
  };
}

function errorOf({ target }: WireRequest, { code, members }: Fault, status: number): unknown {
  // Clients of the token endpoint know this one, and what to do about it.
  if (members.error === 'PASSWORD_CHANGE_REQUIRED' && target.startsWith('/v1/token'))
    return 'USER_CREDENTIALS_CHANGED';
  if (members.error !== undefined) return members.error;
  if (status >= 500) return 'server_error';
  return code === 'AccessDenied' ? 'INSUFFICIENT_PERMISSIONS' : 'INVALID_REQUEST';
}

/** One of the errors that the service's model has, so that clients know it. */
function errorTypeOf(code: string, status: number): string {
  if (status >= 500) return 'InternalServerException';
  return serviceModels.signin.shapes.has(code) ? code : 'ValidationException';
}
