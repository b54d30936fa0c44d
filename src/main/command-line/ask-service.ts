import { hashBody, signRequest } from '#core/sigv4';
import type { Instant } from '#core/time';
import type { AwsProfile } from './explain/aws-profile.ts';
import { ServiceUnreachable } from './unreachable.ts';

/** A call of an AWS query service, its parameters flattened as that protocol has them. */
export interface QueryCall {
  readonly service: 'sts' | 'iam';
  readonly action: string;
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

const versions: Readonly<Record<QueryCall['service'], string>> = { sts: '2011-06-15', iam: '2010-05-08' };

interface Answer {
  readonly Error?: { readonly Code: string; readonly Message: string };
  readonly [response: string]: unknown;
}

/**
 * Makes a signed call and returns the members of its result (AWS STS API Reference, "Making query requests").
 * Rejects with the service's own words when it refuses, and with the cause when it cannot be reached.
 */
export async function askService(
  { service, action, parameters }: QueryCall,
  { endpoint, region, credentials }: AwsProfile,
  now: Instant,
): Promise<Readonly<Record<string, unknown>>> {
  const form = new URLSearchParams({ Action: action, Version: versions[service] });
  for (const [name, value] of parameters) form.append(name, value);
  const body = form.toString();
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
    { credentials, region: service === 'iam' ? 'us-east-1' : region, service, now },
  );
  const headers = new Headers();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    // The host is the URL's, and fetch sets it.
    if (name !== 'host') headers.append(name, value);
  }
  const answer = await send(url, { method: 'POST', headers, body });
  if (answer.Error !== undefined) throw new Error(`${answer.Error.Code}: ${answer.Error.Message}`);
  const result = membersOf(membersOf(answer)[`${action}Response`])[`${action}Result`];
  if (result === undefined) throw notSts(url);
  return membersOf(result);
}

async function send(url: URL, request: RequestInit): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(url, request);
  } catch (error) {
    throw new ServiceUnreachable(`cannot reach ${url.origin}`, { cause: error });
  }
  const text = await response.text();
  try {
    return membersOf(JSON.parse(text)) as Answer;
  } catch {
    throw notSts(url);
  }
}

function notSts(url: URL): Error {
  return new Error(`${url.origin} did not answer as AWS does`);
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
