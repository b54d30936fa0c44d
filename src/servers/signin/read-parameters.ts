import { header, type SessionToSignIn, type WireRequest } from '#pipeline';
import { fault } from '#wire/faults';
import { parseForm } from '#wire/query';

/** The parameters of a request to the federation endpoint, each given once. */
export type Parameters = ReadonlyMap<string, string>;

const sessionLimit = 8192;
const textLimits = { sessionId: 128, sessionKey: 128, sessionToken: 4096 } as const;
const leastSeconds = 900;
const mostSeconds = 43_200;
const formType = /^application\/x-www-form-urlencoded\s*(;|$)/i;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Those of the query, and of the form that is posted. Throws MalformedQueryString, and ValidationError for a name that comes twice. */
export function readParameters(request: WireRequest): Parameters {
  const mark = request.target.indexOf('?');
  const query = mark < 0 ? '' : request.target.slice(mark + 1);
  const isForm = request.method === 'POST' && formType.test(header(request, 'content-type') ?? '');
  const parameters = new Map<string, string>();
  for (const text of [query, isForm ? readText(request.body) : '']) {
    for (const [name, value] of parseForm(text).entries) {
      if (parameters.has(name)) throw fault('ValidationError', 'A parameter is given twice.');
      parameters.set(name, value);
    }
  }
  return parameters;
}

function readText(body: Uint8Array): string {
  try {
    return utf8.decode(body);
  } catch {
    throw fault('MalformedQueryString', 'The request body is not valid UTF-8.');
  }
}

/** Throws ValidationError. */
export function required(parameters: Parameters, name: string): string {
  const value = parameters.get(name);
  if (value === undefined || value === '') throw fault('ValidationError', `${name} is required.`);
  return value;
}

/**
 * What getSigninToken is asked with (IAM User Guide, "Enable custom identity broker access to the AWS console"). Throws ValidationError, which
 * never repeats what was given.
 */
export function readSession(parameters: Parameters): SessionToSignIn {
  const type = parameters.get('SessionType');
  if (type !== undefined && type !== 'json') throw fault('ValidationError', 'SessionType must be json.');
  const session = parseSession(required(parameters, 'Session'));
  return {
    accessKeyId: member(session, 'sessionId'),
    secretAccessKey: member(session, 'sessionKey'),
    sessionToken: member(session, 'sessionToken'),
    sessionSeconds: readSeconds(parameters.get('SessionDuration')),
  };
}

function parseSession(text: string): object {
  if (text.length <= sessionLimit) {
    try {
      const parsed: unknown = JSON.parse(text);
      if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed;
    } catch {
      // Told below, without the text: there are secrets in it.
    }
  }
  throw fault(
    'ValidationError',
    'Session must be a JSON object with sessionId, sessionKey and sessionToken.',
  );
}

function member(session: object, name: keyof typeof textLimits): string {
  const value = (session as Readonly<Record<string, unknown>>)[name];
  if (typeof value !== 'string' || value === '' || value.length > textLimits[name])
    throw fault(
      'ValidationError',
      `${name} of Session must be a text of at most ${textLimits[name]} characters.`,
    );
  return value;
}

function readSeconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = /^[0-9]{1,6}$/.test(text) ? Number(text) : 0;
  if (seconds < leastSeconds || seconds > mostSeconds)
    throw fault('ValidationError', `SessionDuration must be from ${leastSeconds} to ${mostSeconds} seconds.`);
  return seconds;
}
