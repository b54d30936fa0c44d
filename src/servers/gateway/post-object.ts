import { parsePostForm, type S3Request, S3RequestError, s3Questions } from '#core/s3';
import { checkPostLength, checkPostPolicy, PostPolicyError, parsePostPolicy } from '#core/sigv4';
import { parseBasic } from '#core/time';
import { escapeXml } from '#core/xml';
import type { SignedText } from '#servers/authorizer';
import { type Asker, asS3Error } from './authenticate.ts';
import { demand } from './decide.ts';
import { type Exchange, readBody } from './exchange.ts';
import { type FormHead, FormReader } from './form-reader.ts';
import {
  factsOf,
  findBuckets,
  type GatewayPorts,
  type GatewayProgress,
  storeHeaders,
} from './handle-request.ts';
import type { Payload } from './payload.ts';
import { checkAnswer, relayAnswer, sendBytes } from './relay.ts';

/** Where a key names the file as the user's machine does. */
const fileNamePlace = '$' + '{filename}';

/** A browser's form upload (Amazon S3 API Reference, "POST Object"): the form carries signature and policy, and the file last. */
export async function postObject(
  exchange: Exchange,
  request: S3Request,
  ports: GatewayPorts,
  progress: GatewayProgress,
): Promise<void> {
  const length = Number(exchange.headers.get('content-length') ?? Number.NaN);
  if (!Number.isSafeInteger(length)) throw new S3RequestError('MissingContentLength');
  const reader = new FormReader(exchange.headers.get('content-type') ?? '', length);
  const body = readBody(exchange)[Symbol.asyncIterator]();
  const { fields: given, fileName } = await readHead(reader, body);
  const fields = given.map(
    ([name, value]) =>
      [name, name.toLowerCase() === 'key' ? value.replaceAll(fileNamePlace, fileName) : value] as const,
  );
  const upload = parsePostForm(request, fields, { emptySegments: ports.emptySegments });
  progress.key = upload.key ?? '';
  progress.request = upload;
  const values = byLowerName(fields);
  const asker = await authenticateForm(exchange, upload, values, reader.fileLength, ports);
  progress.asker = asker;
  if (asker.requester !== undefined) progress.caller = asker.requester.caller.arn;
  const known = await findBuckets(upload, ports.registry);
  const questions = s3Questions(upload, factsOf(upload, asker, known, ports.clock()));
  demand(questions, { authorizer: ports.authorizer, asker, exchange, buckets: known });

  const answer = await sendBytes(fileOf(reader, body), payloadOf(reader), () =>
    ports.store.begin({
      request: upload,
      headers: storeHeaders(upload),
      contentLength: reader.fileLength,
      bodySha256: 'UNSIGNED-PAYLOAD',
    }),
  );
  if ((answer.statusCode ?? 0) >= 300) {
    await relayAnswer(answer, exchange.response);
    return;
  }
  checkAnswer(answer);
  answer.resume();
  answerForm(exchange, upload, values, answer.headers.etag);
}

type Body = AsyncIterator<Buffer>;

async function readHead(reader: FormReader, body: Body): Promise<FormHead> {
  for (;;) {
    const next = await body.next();
    if (next.done === true) throw new S3RequestError('MalformedPOSTRequest');
    const head = reader.takeHead(next.value);
    if (head !== undefined) return head;
  }
}

async function* fileOf(reader: FormReader, body: Body): AsyncGenerator<Uint8Array> {
  yield* reader.takeFile(new Uint8Array());
  for (let next = await body.next(); next.done !== true; next = await body.next())
    yield* reader.takeFile(next.value);
  yield* reader.end();
}

/** The file as a body: it is whole when the form has ended as it must. */
function payloadOf({ fileLength }: FormReader): Payload {
  let taken = 0;
  return {
    length: fileLength,
    push(bytes) {
      taken += bytes.length;
      return [bytes];
    },
    end() {
      if (taken !== fileLength) throw new S3RequestError('IncompleteBody');
    },
  };
}

/** The form's fields by lower-cased name. Throws S3RequestError for one that comes twice: two readers could take either. */
function byLowerName(fields: FormHead['fields']): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of fields) {
    const lower = name.toLowerCase();
    if (values.has(lower))
      throw new S3RequestError('InvalidArgument', `POST requires exactly one ${lower} field.`, {
        ArgumentName: lower,
        ArgumentValue: value,
      });
    values.set(lower, value);
  }
  return values;
}

/** Proves who signed the form's policy, and that the form is what it allows. A form without any of it is nobody's. */
async function authenticateForm(
  exchange: Exchange,
  { bucket = '', key = '' }: S3Request,
  values: ReadonlyMap<string, string>,
  fileLength: number,
  { authorizer, clock, region }: GatewayPorts,
): Promise<Asker> {
  const names = ['policy', 'x-amz-algorithm', 'x-amz-credential', 'x-amz-date', 'x-amz-signature'];
  const given = names.filter((name) => values.has(name));
  if (given.length === 0) return { sessionToken: undefined, region };
  const missing = names.find((name) => !values.has(name));
  if (missing !== undefined)
    throw new S3RequestError('InvalidArgument', `Bucket POST must contain a field named '${missing}'.`, {
      ArgumentName: missing,
      ArgumentValue: '',
    });
  const signed = readSignature(values);
  const sessionToken = values.get('x-amz-security-token');
  try {
    const requester = await authorizer.verifyText({ ...signed, sessionToken });
    const policy = parsePostPolicy(signed.text);
    checkPostPolicy(policy, new Map([...values, ['bucket', bucket], ['key', key]]), clock());
    checkPostLength(policy, fileLength);
    return { requester, sessionToken, authType: 'POST', region: requester.region };
  } catch (error) {
    if (error instanceof PostPolicyError) throw new S3RequestError(error.code, error.message);
    throw asS3Error(error, exchange.target, sessionToken !== undefined);
  }
}

function readSignature(values: ReadonlyMap<string, string>): Omit<SignedText, 'sessionToken'> {
  const field = (name: string): string => values.get(name) ?? '';
  const parts = field('x-amz-credential').split('/');
  const [accessKeyId = '', date = '', region = '', service = '', terminator = ''] = parts;
  const isDated = parseBasic(field('x-amz-date')) !== undefined && field('x-amz-date').startsWith(date);
  if (parts.length !== 5 || !isDated || field('x-amz-algorithm') !== 'AWS4-HMAC-SHA256')
    throw new S3RequestError(
      'AuthorizationQueryParametersError',
      'The fields of the signature are malformed.',
    );
  return {
    scope: { accessKeyId, date, region, service, terminator },
    text: field('policy'),
    signature: field('x-amz-signature'),
  };
}

function answerForm(
  { response, headers, secure }: Exchange,
  { bucket = '', key = '' }: S3Request,
  values: ReadonlyMap<string, string>,
  etag = '',
): void {
  const path = `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
  const location = `http${secure ? 's' : ''}://${headers.get('host') ?? ''}${path}`;
  const redirect = values.get('success_action_redirect');
  if (redirect !== undefined && URL.canParse(redirect) && /^https?:/.test(redirect)) {
    const url = new URL(redirect);
    for (const [name, value] of Object.entries({ bucket, key, etag })) url.searchParams.append(name, value);
    response.writeHead(303, { location: url.href, 'content-length': 0 }).end();
    return;
  }
  const status = values.get('success_action_status');
  if (status === '201') {
    const body = `<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse><Location>${escapeXml(location)}</Location><Bucket>${escapeXml(bucket)}</Bucket><Key>${escapeXml(key)}</Key><ETag>${escapeXml(etag)}</ETag></PostResponse>`;
    const sent = {
      location,
      etag,
      'content-type': 'application/xml',
      'content-length': Buffer.byteLength(body),
    };
    response.writeHead(201, sent).end(body);
    return;
  }
  const sent = { location, etag, ...(status === '200' ? { 'content-length': 0 } : {}) };
  response.writeHead(status === '200' ? 200 : 204, sent).end();
}
