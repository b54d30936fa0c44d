import { createHash } from 'node:crypto';
import { escapeXml } from '#core/xml';
import type { WireResponse } from '#pipeline';
import { crossDevice } from '#services/signin';
import { type AuthorizationRequest, authorizationFields } from './read-authorization.ts';

const style = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 24rem; margin: 4rem auto; padding: 0 1rem; }
label { display: block; margin-top: 1rem; font-weight: 600; }
input { box-sizing: border-box; width: 100%; font: inherit; padding: 0.4rem; }
button { font: inherit; margin-top: 1.5rem; padding: 0.4rem 1.2rem; }
code { overflow-wrap: anywhere; }
`;
const styleHash = createHash('sha256').update(style).digest('base64');

/** What every answer of this door is sent with: no copy of it is kept, and where it came from is told to nobody else. */
export const answerHeaders = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  // Not no-referrer: with that a form of this page would not say that it comes from here.
  'referrer-policy': 'same-origin',
} as const;

/** What somebody had typed into the form, to be shown again: never the password or the code. */
export interface Typed {
  readonly account: string;
  readonly userName: string;
  /** Whether the form asks for a new password too. */
  readonly asksNew: boolean;
}

const newPasswordField =
  '\n<label>New password<input name="new_password" type="password" autocomplete="new-password" required></label>';

/** The form that asks for account, user, password and MFA code. Nothing on it runs, nobody frames it, and it leads to the program alone. */
export function signInPage(
  status: number,
  authorization: AuthorizationRequest,
  typed: Typed,
  problem?: string,
): WireResponse {
  const hidden = authorizationFields(authorization).map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${escapeXml(value)}">`,
  );
  const who =
    authorization.clientId === crossDevice ? 'A program on another device' : 'A program on this machine';
  // Browsers hold the redirect after a form to its form-action as well.
  const leadsTo = new URL(authorization.redirectUri).origin;
  return page(
    status,
    'Sign in',
    `<p>${who} asks for credentials of yours. Go on only if you have just started it.</p>
${problem === undefined ? '' : `<p role="alert"><strong>${escapeXml(problem)}</strong></p>`}
<form method="post" action="authorize" autocomplete="off">${hidden.join('')}
<label>Account ID or alias<input name="account" value="${escapeXml(typed.account)}" required></label>
<label>User name<input name="username" value="${escapeXml(typed.userName)}" autocomplete="username" required></label>
<label>Password<input name="password" type="password" autocomplete="current-password" required></label>
<label>MFA code, if you have a device<input name="mfa_code" inputmode="numeric" autocomplete="one-time-code"></label>${typed.asksNew ? newPasswordField : ''}
<button>Sign in</button></form>`,
    `'self' ${leadsTo}`,
  );
}

/** Shows the code that a person carries to the program on another device. */
export function confirmationPage(code: string): WireResponse {
  return page(
    200,
    'Signed in',
    `<p>Type this code where you started to sign in. Give it to nobody else: who has it is you.</p>
<p><code>${escapeXml(code)}</code></p>`,
    "'none'",
  );
}

/** A page that says one thing. */
export function messagePage(status: number, title: string, message: string): WireResponse {
  return page(status, title, `<p>${escapeXml(message)}</p>`, "'none'");
}

function page(status: number, title: string, content: string, formAction: string): WireResponse {
  return {
    status,
    headers: {
      ...answerHeaders,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; form-action ${formAction}; base-uri 'none'; frame-ancestors 'none'`,
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
    },
    body: `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>${title} - Brevet</title><style>${style}</style></head>
<body><main><h1>${title}</h1>
${content}
</main></body></html>
`,
  };
}
