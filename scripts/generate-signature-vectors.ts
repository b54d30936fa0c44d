/**
 * Writes test/vectors/sigv4: signed requests, each with canonical request, string to sign and signature as another signer makes them
 * (`@smithy/signature-v4`, which AWS's SDK for JavaScript signs with), and requests that differ from one of these in one thing and must
 * be refused. Run it after changing a case: `node scripts/generate-signature-vectors.ts`.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';

/** A request as the wire carries it. */
export interface VectorRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** A request whose signature is good. */
export interface SignedVector {
  readonly about: string;
  readonly service: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly request: VectorRequest;
  readonly canonicalRequest: string;
  readonly stringToSign: string;
  readonly signature: string;
}

/** A request that differs from the signed one of that name in one thing. */
export interface RefusedVector {
  readonly about: string;
  readonly signed: string;
  readonly request: VectorRequest;
  readonly code: string;
  readonly message: string;
}

/** The instant at which every vector is signed. */
export const signedAt = Date.UTC(2026, 0, 2, 3, 4, 5);

const accessKeyId = 'AKIAIOSFODNN7EXAMPLE';
const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const sessionToken = 'IQoJb3JpZ2lu/a+token/of+many==characters';

type Query = Readonly<Record<string, string | readonly string[]>>;

interface Case {
  readonly about: string;
  readonly method?: string;
  readonly path?: string;
  readonly query?: Query;
  /** The query string as it is sent, where that is not simply the query encoded. */
  readonly wireQuery?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
  readonly token?: 'signed' | 'unsigned';
  readonly form?: 'query';
  readonly service?: string;
  readonly region?: string;
}

const identity = { Action: 'GetCallerIdentity', Version: '2011-06-15' };
const identityForm = 'Action=GetCallerIdentity&Version=2011-06-15';
const formType = ['Content-Type', 'application/x-www-form-urlencoded; charset=utf-8'] as const;
const emptySha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const formSha256 = 'ab821ae955788b0e33ebd34c208442ccfc2d406e2edc5e7a39bd6458fbb4f843';

const cases: Readonly<Record<string, Case>> = {
  'header/get': { about: 'Nothing but the least.' },
  'header/get-header-order': {
    about: 'Signed headers are sorted by name, however they are sent.',
    headers: [
      ['Zebra', '1'],
      ['X-Alpha', '2'],
      ['A-Last', '3'],
      ['X-Alpha-Beta', '4'],
    ],
  },
  'header/get-header-case': {
    about: 'Names count in lower case, values as they are.',
    headers: [['X-MiXeD-CaSe', 'MiXeD VaLuE']],
  },
  'header/get-header-trimmed': {
    about: 'Spaces around a value do not count.',
    headers: [['X-Padded', '   value   ']],
  },
  'header/get-header-inner-spaces': {
    about: 'A run of spaces within a value counts as one, in quotes too.',
    headers: [['X-Spaced', 'a    b   "c   d"']],
  },
  'header/get-header-repeated': {
    about: 'Values of a repeated header are joined in the order of the wire.',
    headers: [
      ['X-Repeated', 'second'],
      ['X-Repeated', 'first'],
      ['X-Repeated', 'second'],
    ],
  },
  'header/get-header-empty': { about: 'An empty value is signed as such.', headers: [['X-Empty', '']] },
  'header/get-header-unicode': { about: 'A value beyond ASCII.', headers: [['X-Name', 'Grüße']] },
  'header/get-any-headers': {
    about: 'Any header may be signed.',
    headers: [
      ['X-K8s-Aws-Id', 'cluster-1'],
      ['X-Vault-AWS-IAM-Server-ID', 'vault.example.com'],
      ['Accept', 'application/json'],
    ],
  },
  'header/query-order-by-name': {
    about: 'Parameters are sorted by name.',
    query: { b: '1', a: '2' },
    wireQuery: 'b=1&a=2',
  },
  'header/query-order-by-case': {
    about: 'Upper case sorts before lower case.',
    query: { a: '1', B: '2', A: '3', b: '4' },
    wireQuery: 'a=1&B=2&A=3&b=4',
  },
  'header/query-order-by-value': {
    about: 'Of one name the values are sorted.',
    query: { a: ['z', 'y', 'Z', '1'] },
    wireQuery: 'a=z&a=y&a=Z&a=1',
  },
  'header/query-order-encoded': {
    about: 'Names sort as they are encoded: a comma, %2C, goes before a hyphen, and umlauts before letters.',
    query: { 'a-b': '1', 'a,b': '2', 'a~b': '3', ab: '4', ä: '5', 'a[': '6', 'a.1': '7', a_: '8' },
    wireQuery: 'a-b=1&a%2Cb=2&a~b=3&ab=4&%C3%A4=5&a%5B=6&a.1=7&a_=8',
  },
  'header/query-order-prefix': {
    about: 'A name sorts before a longer one, although = sorts after a hyphen and digits.',
    query: { a: 'z', 'a-': 'y', a1: 'x', aa: 'w' },
    wireQuery: 'aa=w&a1=x&a-=y&a=z',
  },
  'header/query-empty-value': { about: 'An empty value.', query: { a: '' }, wireQuery: 'a=' },
  'header/query-without-equals': {
    about: 'No equal sign is an empty value.',
    query: { a: '' },
    wireQuery: 'a',
  },
  'header/query-empty-parts': {
    about: 'Ampersands with nothing between them do not count.',
    query: { a: '1' },
    wireQuery: '&&a=1&',
  },
  'header/query-equals-in-value': {
    about: 'Only the first equal sign divides.',
    query: { a: '1=2' },
    wireQuery: 'a=1=2',
  },
  'header/query-unreserved': {
    about: 'Unreserved characters stay as they are.',
    query: { '-._~0Az': 'Az0~_.-' },
  },
  'header/query-reserved': {
    about: 'All else is encoded, the characters that encodeURIComponent spares included.',
    query: { "!'()*": ':/?#[]@!$&\'()*+,;="<>\\^`{|}%' },
  },
  'header/query-unescaped': {
    about: 'Characters that a client sent as they are count as if they were encoded.',
    query: { a: "b/c:d@e'(f)*" },
    wireQuery: "a=b/c:d@e'(f)*",
  },
  'header/query-lower-case-escapes': {
    about: 'Escapes count in upper case.',
    query: { a: 'é/' },
    wireQuery: 'a=%c3%a9%2f',
  },
  'header/query-needless-escapes': {
    about: 'What need not be encoded counts as if it were not.',
    query: { a: 'A~' },
    wireQuery: '%61=%41%7E',
  },
  'header/query-unicode': { about: 'Two, three and four bytes of UTF-8.', query: { ключ: 'é漢😀' } },
  'header/query-space': { about: 'A space as %20.', query: { a: 'b c' }, wireQuery: 'a=b%20c' },
  'header/query-plus-is-space': {
    about: 'A plus sign is a space, as forms have it.',
    query: { a: 'b c' },
    wireQuery: 'a=b+c',
  },
  'header/query-escaped-plus': {
    about: 'A plus sign that is meant.',
    query: { a: 'b+c' },
    wireQuery: 'a=b%2Bc',
  },
  'header/query-signature-parameter': {
    about: 'The parameters of the other form are parameters like any when the signature is in the header.',
    query: { 'X-Amz-Date': '20260102T030405Z', 'X-Amz-Expires': '60' },
  },
  'header/path-dot': { about: 'A dot segment goes.', path: '/./a/./b' },
  'header/path-dots': { about: 'Two dots take the segment before with them.', path: '/a/b/../../c/..' },
  'header/path-dots-above-root': { about: 'There is nothing above the root.', path: '/../../a' },
  'header/path-slashes': { about: 'Empty segments go, a slash at the end stays.', path: '//a//b//' },
  'header/path-encoded-twice': {
    about: 'Escapes of the path are escaped again.',
    path: '/a%20b/c%2Fd/%C3%A9',
  },
  'header/path-encoded-dots': { about: 'Escaped dots are no dot segments.', path: '/a/%2e%2e/b' },
  'header/path-characters': {
    about: 'Reserved characters of the path are encoded.',
    path: "/a:b@c!$'()*,;=+",
  },
  'header/post-form': { about: 'What SDKs send.', method: 'POST', headers: [formType], body: identityForm },
  'header/post-form-unicode': {
    about: 'The hash is over the bytes of the body.',
    method: 'POST',
    headers: [formType],
    body: 'Action=AssumeRole&RoleSessionName=Grüße😀',
  },
  'header/post-empty': { about: 'A body of no bytes.', method: 'POST', headers: [formType] },
  'header/post-json': {
    about: 'AWS JSON, its target signed.',
    method: 'POST',
    service: 'organizations',
    headers: [
      ['Content-Type', 'application/x-amz-json-1.1'],
      ['X-Amz-Target', 'AWSOrganizationsV20161128.ListAccounts'],
    ],
    body: '{}',
  },
  'header/post-content-sha256': {
    about: 'The hash of the body said in a header, and true.',
    method: 'POST',
    headers: [formType, ['X-Amz-Content-Sha256', formSha256]],
    body: identityForm,
  },
  'header/token-signed': { about: 'A session token that is signed.', token: 'signed' },
  'header/token-unsigned': { about: 'A session token added after signing.', token: 'unsigned' },
  'header/region-and-service': {
    about: 'Another Region and service.',
    region: 'eu-central-1',
    service: 'iam',
  },
  'query/get': { about: 'A presigned GetCallerIdentity.', form: 'query', query: identity },
  'query/get-token': { about: 'The same of a session.', form: 'query', query: identity, token: 'signed' },
  'query/get-eks': {
    about: 'What EKS tokens hold: a cluster in a signed header, which the verifier adds.',
    form: 'query',
    query: identity,
    region: 'eu-west-1',
    headers: [['x-k8s-aws-id', 'cluster-1']],
  },
  'query/get-other-parameters': {
    about: 'Parameters of others are signed too.',
    form: 'query',
    query: { ...identity, 'x-amz-user-agent': 'agent/1 (a b)', zz: ['2', '1'], empty: '' },
  },
  'query/get-expires': { about: 'X-Amz-Expires is a parameter like any.', form: 'query', query: identity },
  'query/get-content-sha256': {
    about: 'The hash of the body said in a parameter, and true.',
    form: 'query',
    query: { ...identity, 'X-Amz-Content-Sha256': emptySha256 },
  },
  'query/post-body': {
    about: 'A presigned POST is over its body.',
    form: 'query',
    method: 'POST',
    headers: [formType],
    body: identityForm,
  },
};

const mismatch =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

interface Change {
  readonly about: string;
  readonly signed: string;
  readonly change: (request: VectorRequest) => VectorRequest;
  readonly code?: string;
  readonly message?: string;
}

const inTarget =
  (from: string | RegExp, to: string) =>
  (request: VectorRequest): VectorRequest => ({ ...request, target: request.target.replace(from, to) });

const inHeader =
  (name: string, from: string | RegExp, to: string) =>
  (request: VectorRequest): VectorRequest => ({
    ...request,
    headers: request.headers.map(([key, value]) =>
      key.toLowerCase() === name ? [key, value.replace(from, to)] : [key, value],
    ),
  });

const without =
  (name: string) =>
  (request: VectorRequest): VectorRequest => ({
    ...request,
    headers: request.headers.filter(([key]) => key.toLowerCase() !== name),
  });

const withHeader =
  (name: string, value: string) =>
  (request: VectorRequest): VectorRequest => ({ ...request, headers: [...request.headers, [name, value]] });

const lastDigit = (_digits: string, digit: string): string => (digit === '0' ? '1' : '0');

const changes: Readonly<Record<string, Change>> = {
  'refused/method': {
    about: 'POST for GET.',
    signed: 'header/get',
    change: (request) => ({ ...request, method: 'POST' }),
  },
  'refused/path': { about: 'Another path.', signed: 'header/path-slashes', change: inTarget('a', 'b') },
  'refused/path-escape-dropped': {
    about: 'The path decoded once.',
    signed: 'header/path-encoded-twice',
    change: inTarget('%20', '+'),
  },
  'refused/path-segment-joined': {
    about: 'A slash where an escaped one was signed.',
    signed: 'header/path-encoded-twice',
    change: inTarget('%2F', '/'),
  },
  'refused/query-value': {
    about: 'Another value.',
    signed: 'query/get',
    change: inTarget('GetCallerIdentity', 'GetSessionToken'),
  },
  'refused/query-added': {
    about: 'A parameter more.',
    signed: 'header/query-order-by-name',
    change: (request) => ({ ...request, target: `${request.target}&c=3` }),
  },
  'refused/query-removed': {
    about: 'A parameter less.',
    signed: 'header/query-order-by-name',
    change: inTarget('&a=2', ''),
  },
  'refused/query-repeated': {
    about: 'A parameter twice.',
    signed: 'header/query-order-by-name',
    change: (request) => ({ ...request, target: `${request.target}&a=2` }),
  },
  'refused/query-plus-for-escaped-plus': {
    about: 'A plus sign, which is a space, where an escaped one was signed.',
    signed: 'header/query-escaped-plus',
    change: inTarget('%2B', '+'),
  },
  'refused/query-case': {
    about: 'A name in another case.',
    signed: 'header/query-order-by-name',
    change: inTarget('b=', 'B='),
  },
  'refused/query-escape-of-escape': {
    about: 'An escaped percent sign where the escape was signed.',
    signed: 'header/query-space',
    change: inTarget('%20', '%2520'),
  },
  'refused/query-not-utf-8': {
    about: 'An escape that spells no UTF-8.',
    signed: 'header/query-space',
    change: inTarget('%20', '%FF'),
  },
  'refused/query-signature-added': {
    about: 'X-Amz-Signature is left out of presigned requests only.',
    signed: 'header/query-order-by-name',
    change: (request) => ({ ...request, target: `${request.target}&X-Amz-Signature=00` }),
  },
  'refused/expires': {
    about: 'A longer life.',
    signed: 'query/get-expires',
    change: inTarget('=60&', '=900&'),
  },
  'refused/body': {
    about: 'Another body.',
    signed: 'header/post-form',
    change: (request) => ({ ...request, body: request.body.replace('GetCallerIdentity', 'GetSessionToken') }),
  },
  'refused/body-added': {
    about: 'A body where none was signed.',
    signed: 'query/get',
    change: (request) => ({ ...request, body: identityForm }),
  },
  'refused/presigned-body': {
    about: 'Another body of a presigned POST.',
    signed: 'query/post-body',
    change: (request) => ({ ...request, body: `${request.body}&A=1` }),
  },
  'refused/content-sha256-false': {
    about: 'The hash of no body said of this one, not signed.',
    signed: 'header/post-form',
    change: withHeader('X-Amz-Content-Sha256', emptySha256),
  },
  'refused/content-sha256-unsigned-payload': {
    about: 'A body that is said not to be signed.',
    signed: 'header/post-form',
    change: withHeader('X-Amz-Content-Sha256', 'UNSIGNED-PAYLOAD'),
  },
  'refused/content-sha256-upper-case': {
    about: 'The hash in another spelling.',
    signed: 'header/post-form',
    change: withHeader('X-Amz-Content-Sha256', formSha256.toUpperCase()),
  },
  'refused/header-value': {
    about: 'Another cluster.',
    signed: 'query/get-eks',
    change: inHeader('x-k8s-aws-id', '1', '2'),
  },
  'refused/header-missing': {
    about: 'No cluster where one was signed.',
    signed: 'query/get-eks',
    change: without('x-k8s-aws-id'),
  },
  'refused/header-repeated': {
    about: 'A signed header once more.',
    signed: 'query/get-eks',
    change: withHeader('x-k8s-aws-id', 'cluster-1'),
  },
  'refused/header-order-of-values': {
    about: 'The values of a repeated header in another order.',
    signed: 'header/get-header-repeated',
    change: (request) => ({
      ...request,
      headers: [...request.headers].sort(([, a], [, b]) => (a < b ? -1 : 1)),
    }),
  },
  'refused/header-space-removed': {
    about: 'No space where a run of them was signed.',
    signed: 'header/get-header-inner-spaces',
    change: inHeader('x-spaced', /a +b/, 'ab'),
  },
  'refused/host': {
    about: 'Another host.',
    signed: 'header/get',
    change: inHeader('host', 'us-east-1', 'us-east-2'),
  },
  'refused/signed-headers-fewer': {
    about: 'A header struck from the list.',
    signed: 'header/get-any-headers',
    change: inHeader('authorization', 'x-k8s-aws-id;', ''),
  },
  'refused/signed-headers-more': {
    about: 'A header added to the list and the request.',
    signed: 'header/get',
    change: (request) =>
      withHeader(
        'X-More',
        '',
      )(inHeader('authorization', 'host;x-amz-date', 'host;x-amz-date;x-more')(request)),
  },
  'refused/signed-headers-absent': {
    about: 'A header on the list that was not sent.',
    signed: 'header/get',
    change: inHeader('authorization', 'host;x-amz-date', 'host;x-absent;x-amz-date'),
  },
  'refused/signed-headers-twice': {
    about: 'A header twice on the list.',
    signed: 'header/get',
    change: inHeader('authorization', 'host;', 'host;host;'),
  },
  'refused/date': {
    about: 'Another second.',
    signed: 'header/get',
    change: inHeader('x-amz-date', '05Z', '06Z'),
  },
  'refused/presigned-date': { about: 'Another second.', signed: 'query/get', change: inTarget('05Z', '06Z') },
  'refused/token-changed': {
    about: 'Another token where one was signed.',
    signed: 'header/token-signed',
    change: inHeader('x-amz-security-token', 'I', 'J'),
  },
  'refused/presigned-token-changed': {
    about: 'Another token where one was signed.',
    signed: 'query/get-token',
    change: inTarget('Security-Token=I', 'Security-Token=J'),
  },
  'refused/presigned-token-removed': {
    about: 'No token where one was signed.',
    signed: 'query/get-token',
    change: inTarget(/X-Amz-Security-Token=[^&]*&/, ''),
  },
  'refused/access-key-id': {
    about: 'The same signature under another key.',
    signed: 'query/get',
    change: inTarget('AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPLF'),
  },
  'refused/signature': {
    about: 'The last digit of the signature.',
    signed: 'header/get',
    change: (request) => ({
      ...request,
      headers: request.headers.map(([key, value]) => [
        key,
        value.replace(/(?<=Signature=.*)(.)$/, lastDigit),
      ]),
    }),
  },
  'refused/signature-upper-case': {
    about: 'The signature in another spelling.',
    signed: 'header/get',
    change: (request) => ({
      ...request,
      headers: request.headers.map(([key, value]) => [
        key,
        value.replace(/(?<=Signature=).*/, (digits) => digits.toUpperCase()),
      ]),
    }),
  },
  'refused/signature-truncated': {
    about: 'A signature that is too short.',
    signed: 'header/get',
    change: inHeader('authorization', /.$/, ''),
  },
  'refused/region': {
    about: 'A scope of another Region.',
    signed: 'header/get',
    change: inHeader('authorization', 'us-east-1', 'us-east-2'),
    code: 'SignatureDoesNotMatch',
    message: 'Credential should be scoped to a valid region. ',
  },
  'refused/service': {
    about: 'A scope of another service.',
    signed: 'header/get',
    change: inHeader('authorization', '/sts/', '/iam/'),
    code: 'SignatureDoesNotMatch',
    message: "Credential should be scoped to correct service: 'sts'. ",
  },
  'refused/terminator': {
    about: 'A scope that ends otherwise.',
    signed: 'header/get',
    change: inHeader('authorization', 'aws4_request', 'aws5_request'),
    code: 'SignatureDoesNotMatch',
    message: "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'. ",
  },
  'refused/scope-date': {
    about: 'A scope of another day.',
    signed: 'header/get',
    change: inHeader('authorization', '20260102', '20260103'),
    code: 'SignatureDoesNotMatch',
    message:
      "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260103' != '20260102', from '20260102T030405Z'.",
  },
  'refused/algorithm': {
    about: 'Another algorithm.',
    signed: 'header/get',
    change: inHeader('authorization', 'AWS4-HMAC-SHA256', 'AWS4-HMAC-SHA1'),
    code: 'IncompleteSignature',
    message: "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1'.",
  },
  'refused/host-not-signed': {
    about: 'The host struck from the list.',
    signed: 'header/get',
    change: inHeader('authorization', 'host;', ''),
    code: 'SignatureDoesNotMatch',
    message: "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
  },
  'refused/both-forms': {
    about: 'A presigned request with an Authorization header besides.',
    signed: 'query/get',
    change: withHeader(
      'Authorization',
      'AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=00',
    ),
    code: 'IncompleteSignature',
    message: "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
  },
  'refused/authorization-repeated': {
    about: 'Two Authorization headers.',
    signed: 'header/get',
    change: withHeader(
      'Authorization',
      'AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=00',
    ),
    code: 'IncompleteSignature',
    message: "Found more than one 'Authorization' HTTP header.",
  },
  'refused/date-repeated': {
    about: 'Two dates.',
    signed: 'header/get',
    change: withHeader('X-Amz-Date', '20260102T030405Z'),
    code: 'IncompleteSignature',
    message: "Found more than one 'X-Amz-Date' HTTP header.",
  },
  'refused/presigned-parameter-repeated': {
    about: 'Two signatures.',
    signed: 'query/get',
    change: (request) => ({ ...request, target: `${request.target}&X-Amz-Signature=00` }),
    code: 'IncompleteSignature',
    message:
      "AWS query-string parameters must not repeat 'X-Amz-Signature'. Re-examine the query-string parameters.",
  },
};

/** Keeps what the signer hashes on its way to the signature. */
class TellingSigner extends SignatureV4 {
  canonicalRequest = '';
  stringToSign = '';

  protected override createCanonicalRequest(
    ...given: Parameters<SignatureV4['createCanonicalRequest']>
  ): string {
    this.canonicalRequest = super.createCanonicalRequest(...given);
    return this.canonicalRequest;
  }

  protected override async createStringToSign(
    ...given: Parameters<SignatureV4['createStringToSign']>
  ): Promise<string> {
    this.stringToSign = await super.createStringToSign(...given);
    return this.stringToSign;
  }
}

/** Every vector by its path within test/vectors/sigv4, without `.json`. */
export async function generateSignatureVectors(): Promise<ReadonlyMap<string, SignedVector | RefusedVector>> {
  const vectors = new Map<string, SignedVector | RefusedVector>();
  const signed = new Map<string, SignedVector>();
  for (const [name, one] of Object.entries(cases)) {
    const vector = await sign(one);
    signed.set(name, vector);
    vectors.set(name, vector);
  }
  for (const [name, one] of Object.entries(changes)) {
    const original = signed.get(one.signed);
    if (original === undefined) throw new Error(`${name} changes ${one.signed}, which is not there`);
    vectors.set(name, {
      about: one.about,
      signed: one.signed,
      request: one.change(original.request),
      code: one.code ?? 'SignatureDoesNotMatch',
      message: one.message ?? mismatch,
    });
  }
  return vectors;
}

async function sign(one: Case): Promise<SignedVector> {
  const { method = 'GET', path = '/', body = '', query = {}, service = 'sts', region = 'us-east-1' } = one;
  const host = `${service}.${region}.amazonaws.com`;
  const wireHeaders = [['Host', host] as const, ...(one.headers ?? [])];
  const signer = new TellingSigner({
    service,
    region,
    credentials: {
      accessKeyId,
      secretAccessKey,
      ...(one.token === 'signed' ? { sessionToken } : {}),
    },
    sha256: Sha256,
    applyChecksum: false,
  });
  const request = new HttpRequest({
    method,
    protocol: 'https:',
    hostname: host,
    path,
    headers: joined(wireHeaders),
    query: Object.fromEntries(
      Object.entries(query).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
    ),
    body,
  });
  const options = { signingDate: new Date(signedAt) };
  const answer =
    one.form === 'query'
      ? await signer.presign(request, {
          ...options,
          expiresIn: 60,
          unhoistableHeaders: new Set(wireHeaders.map(([name]) => name.toLowerCase())),
        })
      : await signer.sign(request, options);
  const { 'X-Amz-Signature': presigned } = answer.query ?? {};
  const [, inHeaderForm] = /Signature=(.*)$/.exec(answer.headers.authorization ?? '') ?? [];
  const wireQuery = one.wireQuery ?? encodeQuery((answer.query ?? {}) as Query);
  const added = Object.entries(answer.headers).filter(
    ([name]) => !wireHeaders.some(([present]) => present.toLowerCase() === name.toLowerCase()),
  );
  return {
    about: one.about,
    service,
    region,
    accessKeyId,
    secretAccessKey,
    ...(one.token === undefined ? {} : { sessionToken }),
    request: {
      method,
      target: wireQuery === '' ? path : `${path}?${wireQuery}`,
      headers: [
        ...wireHeaders,
        ...added,
        ...(one.token === 'unsigned' ? [['X-Amz-Security-Token', sessionToken] as const] : []),
      ],
      body,
    },
    canonicalRequest: signer.canonicalRequest,
    stringToSign: signer.stringToSign,
    signature: String(presigned ?? inHeaderForm),
  };
}

function joined(headers: readonly (readonly [string, string])[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of headers) {
    const present = values[name];
    values[name] = present === undefined ? value : `${present},${value}`;
  }
  return values;
}

function encodeQuery(query: Query): string {
  return Object.entries(query)
    .flatMap(([name, value]) => (typeof value === 'string' ? [value] : value).map((item) => [name, item]))
    .map((pair) => pair.map((text = '') => encodeURIComponent(text)).join('='))
    .join('&');
}

async function writeSignatureVectors(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  for (const [name, vector] of await generateSignatureVectors()) {
    const file = join(folder, `${name}.json`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(vector, null, 2)}\n`);
  }
}

if (import.meta.main) {
  await writeSignatureVectors(join(dirname(fileURLToPath(import.meta.url)), '..', 'test/vectors/sigv4'));
}
