import { hashBody, signRequest } from '#core/sigv4';
import type { Instant } from '#core/time';
import type { AwsProfile } from './aws-profile.ts';

/**
 * Has the service open an encoded message (AWS STS API Reference, DecodeAuthorizationMessage).
 * Rejects with the service's own words when it refuses, and with the cause when it cannot be reached.
 */
export async function decodeMessage(
  encodedMessage: string,
  { endpoint, region, credentials }: AwsProfile,
  now: Instant,
): Promise<string> {
  const body = new URLSearchParams({
    Action: 'DecodeAuthorizationMessage',
    Version: '2011-06-15',
    EncodedMessage: encodedMessage,
  }).toString();
  const url = new URL('/', endpoint);
  const { rawHeaders } = signRequest(
    {
      method: 'POST',
      target: '/',
      rawHeaders: [
        'host',
        url.host,
        'content-type',
        'application/x-www-form-urlencoded',
        'accept',
        'application/json',
      ],
      bodySha256: hashBody(Buffer.from(body)),
    },
    { credentials, region, service: 'sts', now },
  );
  const headers = new Headers();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    // The host is the URL's, and fetch sets it.
    if (name !== 'host') headers.append(name, value);
  }
  const answer = await ask(url, { method: 'POST', headers, body });
  const { Error: refusal, DecodeAuthorizationMessageResponse: response } = answer;
  if (refusal !== undefined) throw new Error(`${refusal.Code}: ${refusal.Message}`);
  const decoded = response?.DecodeAuthorizationMessageResult?.DecodedMessage;
  if (decoded === undefined) throw new Error(`${url.origin} did not answer as STS does`);
  return decoded;
}

interface Answer {
  readonly Error?: { readonly Code: string; readonly Message: string };
  readonly DecodeAuthorizationMessageResponse?: {
    readonly DecodeAuthorizationMessageResult?: { readonly DecodedMessage?: string };
  };
}

async function ask(url: URL, request: RequestInit): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(url, request);
  } catch (error) {
    throw new Error(`cannot reach ${url.origin}`, { cause: error });
  }
  const text = await response.text();
  try {
    return JSON.parse(text) as Answer;
  } catch {
    throw new Error(`${url.origin} did not answer as STS does`);
  }
}
