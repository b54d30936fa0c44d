import { fault } from '#wire/faults';
import { fromJsonValue, parseJsonObject, toJsonValue, writeJson } from '#wire/json-value';
import type { Member, OperationModel, Shape } from '#wire/model';

/** What a REST operation reads of a request. */
export interface RestRequest {
  /** What the path says, as `matchRoute` found it. */
  readonly labels: Readonly<Record<string, string>>;
  /** Path and query, as sent. */
  readonly target: string;
  readonly body: Uint8Array;
}

/**
 * The input of a REST-JSON operation from path, query and body. Required members may be missing.
 * Throws SerializationException for a value of the wrong type.
 */
export function decodeRestJson<I>(operation: OperationModel<I>, request: RestRequest): I {
  const { input } = operation;
  if (input === undefined) return {} as I;
  const value = Object.assign({}, fromJsonValue(input, parseJsonObject(request.body)));
  const mark = request.target.indexOf('?');
  const query = new URLSearchParams(mark < 0 ? '' : request.target.slice(mark));
  for (const member of input.members) {
    const texts = textsOf(member, request, query);
    if (texts.length > 0) Object.assign(value, { [member.name]: fromTexts(member, texts, value) });
  }
  return value as I;
}

function textsOf(
  { location, wireName }: Member,
  { labels }: RestRequest,
  query: URLSearchParams,
): readonly string[] {
  if (location === 'querystring' || location === 'query-or-body') return query.getAll(wireName);
  const label = location === 'uri' ? labels[wireName] : undefined;
  return label === undefined ? [] : [label];
}

function fromTexts(
  { name, shape, location, wireName }: Member,
  texts: readonly string[],
  body: Readonly<Record<string, unknown>>,
): unknown {
  if (shape.type === 'list') return texts.map((text) => fromText(shape.member, text, wireName));
  const value = fromText(shape, texts[0] ?? '', wireName);
  // Of two meanings one reader could take this and another that.
  const isOne = texts.every((text) => text === texts[0]) && (body[name] ?? value) === value;
  if (location === 'query-or-body' && !isOne) {
    throw fault('SerializationException', `${wireName} is given twice, with two values.`);
  }
  return value;
}

function fromText(shape: Shape, text: string, name: string): unknown {
  switch (shape.type) {
    case 'integer':
    case 'long':
    case 'float':
    case 'double':
      if (!/^-?\d+(\.\d+)?$/.test(text)) throw fault('SerializationException', `${name} must be a number.`);
      return fromJsonValue(shape, Number(text), name);
    case 'boolean':
      return fromJsonValue(shape, text === 'true' ? true : text === 'false' ? false : text, name);
    default:
      return fromJsonValue(shape, text, name);
  }
}

/** The body of a successful answer; empty for operations without output. */
export function encodeRestJson(operation: OperationModel, output: unknown): string {
  return operation.output === undefined ? '' : writeJson(toJsonValue(operation.output, output ?? {}));
}
