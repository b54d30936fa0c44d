import { isIP, isIPv4, isIPv6 } from 'node:net';
import { z } from 'zod';
import { type AccountId, isAccountId } from '#core/identifiers';
import { isRegion } from '#core/regions';
import { parseRoute } from '#servers/forward-auth';
import { isAddressRange } from '#stores/outbound-http';
import type { ListenAddress, LogLevel } from './settings.ts';

const logLevels: readonly string[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];
const mostWorkers = 64;

/** A schema for a text that `parse` understands; `expected` finishes the sentence "expected …". */
export function text<Value>(expected: string, parse: (text: string) => Value | undefined): z.ZodType<Value> {
  const message = `expected ${expected}`;
  return z.string({ error: message }).transform((given, context) => {
    const value = parse(given);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
}

function matching(pattern: RegExp): (text: string) => string | undefined {
  return (given) => (pattern.test(given) ? given : undefined);
}

export const filePath = text('the path of a file', nonEmptyPath);
export const tlsFiles = z.strictObject(
  { certFile: filePath, keyFile: filePath },
  { error: 'expected a mapping' },
);
export const directoryPath = text('the path of a directory', nonEmptyPath);
export const listenAddress = text<ListenAddress>(
  'HOST:PORT, such as 127.0.0.1:4592 or [::1]:4592',
  parseListenAddress,
);
export const region = text('the name of an AWS Region, such as us-east-1', (given) =>
  isRegion(given) ? given : undefined,
);
export const accountId = text<AccountId>('twelve digits as text (in YAML: in quotes)', (given) =>
  isAccountId(given) ? given : undefined,
);
export const accountName = text('1 to 50 printable ASCII characters', matching(/^[ -~]{1,50}$/));
export const accessKeyId = text(
  'AKIA and 16 more capital letters and digits',
  matching(/^AKIA[A-Z0-9]{16}$/),
);
export const secretAccessKey = text('40 characters of A-Z a-z 0-9 + / =', matching(/^[A-Za-z0-9+/=]{40}$/));
export const storeAccessKeyId = text('the id of an access key of the store', matching(/^[!-~]{1,128}$/));
export const storeSecret = text('the secret of an access key of the store', matching(/^[!-~]{1,256}$/));
export const storeEndpoint = text('scheme, host and port, such as http://127.0.0.1:9000', parseEndpoint);
export const databaseUrl = text(
  'a URL such as postgres://USER:PASSWORD@HOST:5432/DATABASE',
  parseDatabaseUrl,
);
export const logLevel = text<LogLevel>(`one of ${logLevels.join(', ')}`, (given) =>
  isLogLevel(given) ? given : undefined,
);
export const domain = text('a domain name, such as sts.example.com', parseDomain);

export const serviceName = text(
  'the service part of a credential scope, such as execute-api',
  matching(/^[a-z0-9-]{1,64}$/),
);

export const apiPart = text('letters, digits, - _ and $', matching(/^[A-Za-z0-9_$-]{1,128}$/));

export const headerName = text('the name of a header, such as x-real-ip', (given) =>
  /^[A-Za-z0-9-]{1,64}$/.test(given) ? given.toLowerCase() : undefined,
);

export const proxyForm = z.enum(['headers', 'envoy'], { error: 'expected one of headers, envoy' });

const mostStalenessSeconds = 86_400;
const stalenessExpected = `expected a whole number of seconds from 1 to ${mostStalenessSeconds}`;
export const stalenessSeconds = z
  .int({ error: stalenessExpected })
  .min(1, { error: stalenessExpected })
  .max(mostStalenessSeconds, { error: stalenessExpected });

export const yesOrNo = z.boolean({ error: 'expected true or false' });

export const issuerUrl = text('a URL such as https://sts.example.com', (given) => {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const isGood = url !== undefined && ['http:', 'https:'].includes(url.protocol) && url.username === '';
  return isGood ? given : undefined;
});

/** Below it stand the issuers of web identity tokens, whose URLs verifiers compare to the letter: a canonical form, without a slash at its end. */
export const publicUrl = text(
  'a URL without query such as https://sts.example.com or https://example.com/sts',
  (given) => {
    const url = URL.canParse(given) ? new URL(given) : undefined;
    if (url === undefined || !['http:', 'https:'].includes(url.protocol)) return undefined;
    const plain = `${url.origin}${url.pathname}`.replace(/\/$/, '');
    return given === plain ? plain : undefined;
  },
);

/** As browsers write it: a default port left out, the host in lower case. */
export const origin = text('an origin such as https://console.example.com', (given) => {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  return url !== undefined && ['http:', 'https:'].includes(url.protocol) && url.origin === given
    ? given
    : undefined;
});

const httpMethod = text('an HTTP method in capitals, such as GET', matching(/^[A-Z][A-Z-]{0,31}$/));
const someText = z.string({ error: 'expected a text' });

/** What requests mean to policy: checked as a whole by the door that uses it. */
export const route = z
  .strictObject(
    {
      methods: z
        .array(httpMethod, { error: 'expected a list of methods' })
        .min(1, { error: 'expected a list of methods' })
        .optional(),
      path: someText,
      action: someText,
      resource: someText,
    },
    { error: 'expected a mapping' },
  )
  .superRefine((given, context) => {
    try {
      parseRoute(given);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
    }
  });

export const addressRange = text('an address range, such as 10.0.0.0/8 or fd00::/8', (given) =>
  isAddressRange(given) ? given : undefined,
);

const workersExpected = `expected a whole number from 1 to ${mostWorkers}`;
export const workers = z
  .int({ error: workersExpected })
  .min(1, { error: workersExpected })
  .max(mostWorkers, { error: workersExpected });

/** LookupEvents reads files of the last ninety days as they were written. */
const fewestDaysUncompressed = 91;
const mostDays = 36_500;
const days = (fewest: number) => {
  const error = `expected a whole number of days from ${fewest} to ${mostDays}`;
  return z.int({ error }).min(fewest, { error }).max(mostDays, { error });
};
export const compressAfterDays = days(fewestDaysUncompressed);
export const auditDays = days(1);

const intervalExpected = 'expected a whole number of seconds from 1 to 86400';
export const intervalSeconds = z
  .int({ error: intervalExpected })
  .min(1, { error: intervalExpected })
  .max(86_400, { error: intervalExpected });

/** `HOST:PORT`, an IPv6 address in brackets; undefined when it is something else. */
export function parseListenAddress(given: string): ListenAddress | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):([0-9]{1,5})$/.exec(given);
  if (match === null) return undefined;
  const [, bracketed, plain] = match;
  const port = Number(match[3]);
  if (port > 65_535) return undefined;
  if (bracketed !== undefined) return isIPv6(bracketed) ? { host: bracketed, port } : undefined;
  if (plain === undefined) return undefined;
  const looksLikeIpv4 = /^[0-9.]+$/.test(plain);
  const valid = looksLikeIpv4 ? isIPv4(plain) : parseDomain(plain) !== undefined;
  return valid ? { host: plain, port } : undefined;
}

/** The address as it stands in a URL: `HOST:PORT`, with brackets around IPv6. */
export function formatListenAddress({ host, port }: ListenAddress): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

function nonEmptyPath(given: string): string | undefined {
  return given === '' || given.includes('\0') ? undefined : given;
}

function isLogLevel(given: string): given is LogLevel {
  return logLevels.includes(given);
}

function parseEndpoint(given: string): string | undefined {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const isPlain = url !== undefined && given.replace(/\/$/, '').toLowerCase() === url.origin;
  return isPlain && ['http:', 'https:'].includes(url.protocol) ? url.origin : undefined;
}

function parseDatabaseUrl(given: string): string | undefined {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  return url !== undefined && ['postgres:', 'postgresql:'].includes(url.protocol) ? given : undefined;
}

/** A domain name in lower case (RFC 1123 §2.1); an address is none. */
function parseDomain(given: string): string | undefined {
  const labels = given.toLowerCase().split('.');
  const valid = labels.every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label));
  return valid && given.length <= 253 && isIP(given) === 0 ? labels.join('.') : undefined;
}
