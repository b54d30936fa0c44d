import { createHash } from 'node:crypto';
import { formatIsoSeconds } from '#core/time';
import { escapeXml } from '#core/xml';
import type { SignedIn, WireResponse } from '#pipeline';
import { callerArn } from '#services/operation';

const style = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 4rem auto; padding: 0 1rem; }
dt { font-weight: 600; margin-top: 0.75rem; }
dd { margin: 0; overflow-wrap: anywhere; }
form { margin-top: 2rem; }
button { font: inherit; padding: 0.4rem 1.2rem; }
`;

const styleHash = createHash('sha256').update(style).digest('base64');

/**
 * What a page of this door is sent with: nothing but its own style is loaded, nothing runs, nobody frames it, no copy of it is kept, and the
 * address that led to it, with a sign-in token, is told to nobody.
 */
const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

/** What every answer of this door that is no page is sent with. */
export const answerHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
} as const;

/** Who somebody is signed in as, and the way out. `prefix` is the path below which the endpoint is reached. */
export function sessionPage({ caller, endsAt }: SignedIn, prefix: string): WireResponse {
  const { account, session } = caller;
  const facts: readonly (readonly [name: string, value: string | undefined])[] = [
    ['ARN', callerArn(caller)],
    ['Account', account.alias === undefined ? account.id : `${account.id} (${account.alias})`],
    [caller.kind === 'federated-user' ? 'Federated user' : 'Session name', session?.sessionName],
    ['Source identity', session?.sourceIdentity],
    ['Signed in until', formatIsoSeconds(endsAt)],
  ];
  const list = facts.flatMap(([name, value]) =>
    value === undefined ? [] : `<dt>${name}</dt><dd>${escapeXml(value)}</dd>`,
  );
  return page(
    200,
    'Signed in',
    `<dl>${list.join('')}</dl>
<form method="post" action="${escapeXml(prefix)}/federation"><input type="hidden" name="Action" value="logout"><button>Sign out</button></form>`,
  );
}

/** A page that says one thing. */
export function messagePage(status: number, title: string, message: string): WireResponse {
  return page(status, title, `<p>${escapeXml(message)}</p>`);
}

function page(status: number, title: string, content: string): WireResponse {
  const body = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>${title} - Brevet</title><style>${style}</style></head>
<body><main><h1>${title}</h1>
${content}
</main></body></html>
`;
  return { status, headers: pageHeaders, body };
}
