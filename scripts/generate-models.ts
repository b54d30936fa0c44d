/**
 * Writes src/wire/model/generated/ from a directory of AWS service models (the JSON form that botocore publishes).
 *
 *   node scripts/generate-models.ts DIRECTORY [--check]
 *
 * `--check` writes nothing and exits 1 when the committed files differ from what the models say. Without the directory
 * there is nothing to compare with, so it says so and exits 0.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** To add a service: one line here, one in src/wire/model/index.ts. */
const services: Readonly<Record<string, string>> = {
  sts: 'sts-2011-06-15.json',
  iam: 'iam-2010-05-08.json',
  organizations: 'organizations-2016-11-28.json',
  account: 'account-2021-02-01.json',
  cloudtrail: 'cloudtrail-2013-11-01.json',
  rolesanywhere: 'rolesanywhere-2018-05-10.json',
  signin: 'signin-2023-01-01.json',
  'eks-auth': 'eks-auth-2023-11-26.json',
};

interface SourceMember {
  readonly shape: string;
  readonly location?: string;
  readonly locationName?: string;
  readonly flattened?: boolean;
}

interface SourceShape {
  readonly type: string;
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, SourceMember>>;
  readonly member?: SourceMember;
  readonly key?: SourceMember;
  readonly value?: SourceMember;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly sensitive?: boolean;
  readonly flattened?: boolean;
  readonly timestampFormat?: string;
  readonly exception?: boolean;
  readonly fault?: boolean;
  readonly error?: {
    readonly code?: string;
    readonly httpStatusCode?: number;
  };
}

interface SourceOperation {
  readonly name: string;
  readonly http: { readonly method: string; readonly requestUri: string; readonly responseCode?: number };
  readonly input?: { readonly shape: string };
  readonly output?: { readonly shape: string; readonly resultWrapper?: string };
  readonly errors?: readonly { readonly shape: string }[];
  readonly authtype?: string;
}

interface SourceModel {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly operations: Readonly<Record<string, SourceOperation>>;
  readonly shapes: Readonly<Record<string, SourceShape>>;
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
}

function literal(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return entries.length === 0
      ? '{}'
      : `{ ${entries.map(([key, item]) => `${propertyName(key)}: ${literal(item)}`).join(', ')} }`;
  }
  return String(value);
}

function propertyName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name);
}

function reachableShapes(model: SourceModel): readonly string[] {
  const found = new Set<string>();
  const waiting: string[] = [];
  const visit = (name: string | undefined): void => {
    if (name === undefined || found.has(name)) return;
    found.add(name);
    waiting.push(name);
  };
  for (const operation of Object.values(model.operations)) {
    visit(operation.input?.shape);
    visit(operation.output?.shape);
    for (const error of operation.errors ?? []) visit(error.shape);
  }
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const shape = shapeNamed(model, name);
    for (const member of Object.values(shape.members ?? {})) visit(member.shape);
    visit(shape.member?.shape);
    visit(shape.key?.shape);
    visit(shape.value?.shape);
  }
  return Object.keys(model.shapes).filter((name) => found.has(name));
}

function shapeNamed(model: SourceModel, name: string): SourceShape {
  const shape = model.shapes[name];
  if (shape === undefined) throw new Error(`the model names a shape that it does not define: ${name}`);
  return shape;
}

/** A member is its shape's name, or an object where the wire says more than that. */
function tableMember(member: SourceMember): unknown {
  const { shape, location, locationName, flattened } = member;
  return location === undefined && locationName === undefined && flattened === undefined
    ? shape
    : { shape, location, locationName, flattened };
}

function tableShape(shape: SourceShape): string {
  const members =
    shape.members === undefined
      ? undefined
      : Object.fromEntries(
          Object.entries(shape.members).map(([name, member]) => [name, tableMember(member)]),
        );
  return literal({
    type: shape.type,
    required: shape.required,
    members,
    member: shape.member && tableMember(shape.member),
    key: shape.key && tableMember(shape.key),
    value: shape.value && tableMember(shape.value),
    min: shape.min,
    max: shape.max,
    pattern: shape.pattern,
    enum: shape.enum,
    sensitive: shape.sensitive,
    flattened: shape.flattened,
    timestampFormat: shape.timestampFormat,
    exception: shape.exception,
    fault: shape.fault,
    error: shape.error && { code: shape.error.code, httpStatusCode: shape.error.httpStatusCode },
  });
}

function tableOperation(operation: SourceOperation): string {
  const { method, requestUri, responseCode } = operation.http;
  return literal({
    http: { method, uri: requestUri, status: responseCode === 200 ? undefined : responseCode },
    input: operation.input?.shape,
    output: operation.output?.shape,
    resultWrapper: operation.output?.resultWrapper,
    errors: (operation.errors ?? []).map((error) => error.shape),
    noAuth: operation.authtype === 'none' ? true : undefined,
  });
}

function typeOf(model: SourceModel, name: string): string {
  const shape = shapeNamed(model, name);
  switch (shape.type) {
    case 'structure':
      return interfaceName(name);
    case 'list':
      return `readonly ${elementOf(typeOf(model, shape.member?.shape ?? ''))}[]`;
    case 'map':
      return `Readonly<Record<string, ${typeOf(model, shape.value?.shape ?? '')}>>`;
    case 'blob':
      return 'Uint8Array';
    case 'boolean':
      return 'boolean';
    case 'integer':
    case 'long':
    case 'float':
    case 'double':
    case 'timestamp':
      return 'number';
    case 'string':
      return 'string';
    default:
      throw new Error(`no TypeScript type for ${shape.type} (${name})`);
  }
}

function elementOf(type: string): string {
  return type.includes(' ') ? `(${type})` : type;
}

function interfaceName(name: string): string {
  return name[0]?.toUpperCase() + name.slice(1);
}

function interfaceText(model: SourceModel, name: string): string {
  const shape = shapeNamed(model, name);
  const lines = Object.entries(shape.members ?? {}).map(([member, { shape: target }]) => {
    const type = typeOf(model, target);
    return shape.required?.includes(member)
      ? `  readonly ${propertyName(member)}: ${type};`
      : `  readonly ${propertyName(member)}?: ${type} | undefined;`;
  });
  return lines.length === 0
    ? `export type ${interfaceName(name)} = Readonly<Record<never, never>>;`
    : `export interface ${interfaceName(name)} {\n${lines.join('\n')}\n}`;
}

function generate(service: string, file: string, model: SourceModel): string {
  const { metadata } = model;
  const shapes = reachableShapes(model);
  const structures = shapes.filter((name) => shapeNamed(model, name).type === 'structure');
  const values = structures.filter((name) => shapeNamed(model, name).exception !== true);
  const errorCodes = structures
    .filter((name) => shapeNamed(model, name).exception === true)
    .map((name) => shapeNamed(model, name).error?.code ?? name);
  const operations = Object.values(model.operations);
  const name = service.replaceAll(/-(.)/g, (_hyphen, letter: string) => letter.toUpperCase());
  const Service = interfaceName(name);
  const header = {
    service,
    protocol: metadata.protocol,
    apiVersion: metadata.apiVersion,
    serviceId: metadata.serviceId,
    signingName: metadata.signingName ?? metadata.endpointPrefix,
    xmlNamespace: metadata.xmlNamespace,
    targetPrefix: metadata.targetPrefix,
    jsonVersion: metadata.jsonVersion,
  };
  const tokens = operations.map((operation) => {
    const input = operation.input === undefined ? 'NoInput' : interfaceName(operation.input.shape);
    const output = operation.output === undefined ? 'void' : interfaceName(operation.output.shape);
    return `  ${operation.name}: operation<${input}, ${output}>('${operation.name}'),`;
  });
  return `// Generated by scripts/generate-models.ts from ${file}. Do not edit: corrections belong in ../patches.ts.
import { linkService, type NoInput, type ServiceTable } from '../link.ts';

const table: ServiceTable = {
${Object.entries(header)
  .filter(([, value]) => value !== undefined)
  .map(([key, value]) => `  ${key}: ${literal(value)},`)
  .join('\n')}
  operations: {
${operations.map((operation) => `    ${operation.name}: ${tableOperation(operation)},`).join('\n')}
  },
  shapes: {
${shapes.map((name) => `    ${propertyName(name)}: ${tableShape(shapeNamed(model, name))},`).join('\n')}
  },
};

const { model, operation } = linkService(table);

export const ${name}Model = model;

/** The operations, each carrying the types of its input and output. */
export const ${name}Operations = {
${tokens.join('\n')}
};

export type ${Service}OperationName = keyof typeof ${name}Operations;

export type ${Service}ErrorCode =
${errorCodes.map((code) => `  | ${quote(code)}`).join('\n')};

${values.map((name) => interfaceText(model, name)).join('\n\n')}
`;
}

/** Keeps the import line of the generated file free of a name it does not use. */
function withoutUnused(text: string): string {
  return text.includes('<NoInput, ') ? text : text.replace('type NoInput, ', '');
}

function main(args: readonly string[]): number {
  const check = args.includes('--check');
  const directory = args.find((argument) => !argument.startsWith('--'));
  if (directory === undefined) {
    process.stderr.write('usage: node scripts/generate-models.ts DIRECTORY [--check]\n');
    return 2;
  }
  if (!existsSync(directory)) {
    process.stdout.write(`no service models at ${directory}: the generated files were not compared\n`);
    return check ? 0 : 1;
  }
  const target = join(import.meta.dirname, '../src/wire/model/generated');
  mkdirSync(target, { recursive: true });
  let stale = 0;
  for (const [service, file] of Object.entries(services)) {
    const model: SourceModel = JSON.parse(readFileSync(join(directory, file), 'utf8'));
    const text = withoutUnused(generate(service, file, model));
    const path = join(target, `${service}.ts`);
    if (!check) {
      writeFileSync(path, text);
    } else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
      process.stderr.write(`src/wire/model/generated/${service}.ts is not what ${file} says\n`);
      stale += 1;
    }
  }
  if (check && stale === 0) process.stdout.write('the generated models are current\n');
  return stale === 0 ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
