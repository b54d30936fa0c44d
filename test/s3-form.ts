import { createHmac } from 'node:crypto';
import { deriveSigningKey, type SigningCredentials } from '#core/sigv4';
import { formatBasic } from '#core/time';

/** Sends a form as a browser does, to the bucket `photos`: a file named `a.png` below `forms/`, of at most 100 bytes. */
export function sendForm(
  endpoint: string,
  { accessKeyId, secretAccessKey }: SigningCredentials,
  given: {
    /** Fields that are other than those that were signed. */
    readonly changes?: Readonly<Record<string, string>> | undefined;
    readonly file?: string | undefined;
    /** Of the policy, besides its own. */
    readonly conditions?: readonly unknown[] | undefined;
  } = {},
): Promise<Response> {
  const { changes = {}, file = 'picture', conditions = [] } = given;
  const date = formatBasic(Date.now());
  const credential = `${accessKeyId}/${date.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const policy = Buffer.from(
    JSON.stringify({
      expiration: new Date(Date.now() + 60_000).toISOString(),
      conditions: [
        { bucket: 'photos' },
        ['starts-with', '$key', 'forms/'],
        { 'x-amz-credential': credential },
        { 'x-amz-algorithm': 'AWS4-HMAC-SHA256' },
        { 'x-amz-date': date },
        { success_action_status: '201' },
        ['content-length-range', 1, 100],
        ...conditions,
      ],
    }),
  ).toString('base64');
  const key = deriveSigningKey(secretAccessKey, date.slice(0, 8), 'us-east-1', 's3');
  const fields = {
    key: 'forms/$' + '{filename}',
    'x-amz-credential': credential,
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    'x-amz-date': date,
    success_action_status: '201',
    policy,
    'x-amz-signature': createHmac('sha256', key).update(policy).digest('hex'),
    ...changes,
  };
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  data.append('file', new Blob([file]), 'a.png');
  return fetch(`${endpoint}/photos`, { method: 'POST', body: data });
}
