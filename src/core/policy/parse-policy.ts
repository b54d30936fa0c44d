import type {
  Condition,
  Element,
  PolicyDocument,
  PolicyKind,
  PolicyVersionName,
  PrincipalForm,
  PrincipalMention,
  Statement,
  Value,
} from './document.ts';
import { type JsonMember, type JsonNode, parseJson } from './json.ts';
import { PolicyError, type Position } from './policy-error.ts';
import { checkDocument } from './validate.ts';

/** The longest text any policy parameter may have. */
const maxCharacters = 131_072;
const allowedCharacters = /^[\u0009\u000a\u000d\u0020-\u00ff]*$/;

const documentElements = ['Version', 'Id', 'Statement'];
const statementElements = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
];
const principalForms: readonly PrincipalForm[] = ['AWS', 'Federated', 'Service', 'CanonicalUser'];

/** What some places ask of a policy beyond its kind. */
export interface ParseOptions {
  /** Refuses version 2008-10-17, said or implied, as CreatePolicy and CreatePolicyVersion do. Organization policies never have it. */
  readonly currentVersionOnly?: boolean;
}

type ObjectNode = Extract<JsonNode, { type: 'object' }>;

/**
 * Reads a policy and checks it as the kind it is to be. Throws PolicyError with AWS's text for the first thing that is wrong:
 * JSON, shape, version, then what checkDocument looks at (IAM User Guide, "IAM JSON policy elements reference").
 */
export function parsePolicy(text: string, kind: PolicyKind, options: ParseOptions = {}): PolicyDocument {
  if (text.length > maxCharacters || !allowedCharacters.test(text)) throw syntaxError();
  const root = readJson(text, kind);
  if (root.type !== 'object') throw syntaxError(root.position);
  const members = membersOf(root, documentElements);
  const statement = members.get('Statement');
  if (statement === undefined) throw syntaxError(root.position);
  const document: PolicyDocument = {
    kind,
    text,
    version: readVersion(members.get('Version')),
    id: optionalString(members.get('Id')),
    statements: readStatements(statement.value),
  };
  if (document.statements.length === 0) throw syntaxError(statement.position);
  checkDocument(document, options.currentVersionOnly ?? false);
  return document;
}

/** AWS names the JSON only where a policy is not the permissions of somebody. */
function readJson(text: string, kind: PolicyKind): JsonNode {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof PolicyError && (kind === 'identity' || kind === 'boundary'))
      throw syntaxError(error.position);
    throw error;
  }
}

function syntaxError(position?: Position): PolicyError {
  return new PolicyError('Syntax errors in policy.', position);
}

/** The members of an object by name. Throws for a name that is not an element here: a misspelt Condition must not vanish. */
function membersOf(node: ObjectNode, names: readonly string[]): ReadonlyMap<string, JsonMember> {
  for (const member of node.members) if (!names.includes(member.name)) throw syntaxError(member.position);
  return new Map(node.members.map((member) => [member.name, member]));
}

function readVersion(member: JsonMember | undefined): PolicyVersionName {
  if (member === undefined) return '2008-10-17';
  const { value } = member;
  if (value.type === 'string' && (value.value === '2012-10-17' || value.value === '2008-10-17'))
    return value.value;
  throw syntaxError(member.position);
}

function optionalString(member: JsonMember | undefined): string | undefined {
  if (member === undefined) return undefined;
  if (member.value.type !== 'string') throw syntaxError(member.position);
  return member.value.value;
}

function readStatements(node: JsonNode): readonly Statement[] {
  let start = { ...node.position, column: node.position.column + 1 };
  return (node.type === 'array' ? node.items : [node]).map((item, index) => {
    const statement = readStatement(item, index, start);
    start = statement.end;
    return statement;
  });
}

function readStatement(node: JsonNode, index: number, start: Position): Statement {
  if (node.type !== 'object') throw syntaxError(node.position);
  const members = membersOf(node, statementElements);
  const effect = optionalString(members.get('Effect'));
  const statement = {
    index,
    sid: optionalString(members.get('Sid')),
    principal: readElement(members, 'Principal', 'NotPrincipal', readPrincipals),
    action: readElement(members, 'Action', 'NotAction', readStrings) ?? {
      negated: false,
      values: [],
      position: node.position,
    },
    resource: readElement(members, 'Resource', 'NotResource', readStrings),
    conditions: readConditions(members.get('Condition')),
    position: node.position,
    end: node.end,
    start,
  };
  if (effect === 'Allow' || effect === 'Deny') return { ...statement, effect };
  const position = members.get('Effect')?.position ?? node.position;
  throw /^(allow|deny)$/i.test(effect ?? '')
    ? new PolicyError('The policy failed legacy parsing', position)
    : syntaxError(position);
}

function readElement<T>(
  members: ReadonlyMap<string, JsonMember>,
  name: string,
  opposite: string,
  read: (node: JsonNode) => readonly T[],
): Element<T> | undefined {
  const plain = members.get(name);
  const negated = members.get(opposite);
  if (plain !== undefined && negated !== undefined) throw syntaxError(negated.position);
  const member = plain ?? negated;
  if (member === undefined) return undefined;
  return { negated: member === negated, values: read(member.value), position: member.position };
}

function readStrings(node: JsonNode): readonly Value[] {
  const items = node.type === 'array' ? node.items : [node];
  return items.map((item) => {
    if (item.type !== 'string') throw syntaxError(item.position);
    return { text: item.value, position: item.position };
  });
}

function readPrincipals(node: JsonNode): readonly PrincipalMention[] {
  if (node.type === 'string') {
    if (node.value !== '*') throw syntaxError(node.position);
    return [{ form: 'AWS', value: '*', position: node.position }];
  }
  if (node.type !== 'object' || node.members.length === 0) throw syntaxError(node.position);
  return node.members.flatMap((member) => {
    const form = principalForms.find((candidate) => candidate === member.name);
    if (form === undefined) throw syntaxError(member.position);
    return readStrings(member.value).map(({ text, position }) => ({ form, value: text, position }));
  });
}

function readConditions(member: JsonMember | undefined): readonly Condition[] {
  if (member === undefined) return [];
  if (member.value.type !== 'object') throw syntaxError(member.position);
  return member.value.members.flatMap((operator) => {
    if (operator.value.type !== 'object') throw syntaxError(operator.position);
    return operator.value.members.map((key) => ({
      operator: operator.name,
      key: key.name,
      values: readConditionValues(key.value),
      position: key.position,
    }));
  });
}

/** Numbers and booleans stand for their text. */
function readConditionValues(node: JsonNode): readonly Value[] {
  const items = node.type === 'array' ? node.items : [node];
  return items.map((item) => {
    switch (item.type) {
      case 'string':
        return { text: item.value, position: item.position };
      case 'number':
        return { text: item.text, position: item.position };
      case 'boolean':
        return { text: String(item.value), position: item.position };
      default:
        throw syntaxError(item.position);
    }
  });
}
