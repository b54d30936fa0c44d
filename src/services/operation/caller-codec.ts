import { z } from 'zod';
import type { CallerDescription } from './caller-description.ts';

/** A text that is no description of a caller: it was not made by a Brevet of this version. */
export class CallerDescriptionError extends Error {
  readonly code = 'CallerUnreadable';
}

const text = z.string();
const named = z.strictObject({ name: text, text });
const own = { account: text, arn: text };

const principal = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('root'), ...own, id: text }),
  z.strictObject({ type: z.literal('user'), ...own, id: text }),
  z.strictObject({
    type: z.literal('role-session'),
    ...own,
    roleArn: text,
    id: text,
    sessionName: text,
    serviceLinked: z.boolean(),
  }),
  z.strictObject({
    type: z.literal('federated-user'),
    ...own,
    issuer: z.strictObject({ type: z.enum(['user', 'root']), arn: text, id: text }),
  }),
]);

const description = z.strictObject({
  principal,
  account: text,
  arn: text,
  principalId: text,
  accessKeyId: text,
  context: z.record(text, z.union([text, z.array(text)])),
  sessionName: text.optional(),
  sourceIdentity: text.optional(),
  tags: z.record(text, text),
  mfaAt: z.int().optional(),
  issuedAt: z.int().optional(),
  expiresAt: z.int().optional(),
  policies: z.strictObject({
    identity: z.array(named),
    boundary: named.optional(),
    session: z.array(named).optional(),
    scps: z.array(z.array(named)).optional(),
  }),
});

/** The description as text. */
export function encodeCaller(caller: CallerDescription): string {
  return JSON.stringify(caller);
}

/** The description in a text. Strict, so that nothing that limits a caller can be overlooked. Throws CallerDescriptionError. */
export function decodeCaller(encoded: string): CallerDescription {
  let json: unknown;
  try {
    json = JSON.parse(encoded);
  } catch {
    throw new CallerDescriptionError('the description of the caller is not JSON');
  }
  const result = description.safeParse(json);
  if (!result.success)
    throw new CallerDescriptionError('the description of the caller is not of the form that was expected');
  return result.data;
}
