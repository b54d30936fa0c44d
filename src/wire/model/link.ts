import { additions } from './additions.ts';
import { patches } from './patches.ts';
import type { OperationModel, Protocol, ServiceModel, ServiceName } from './service.ts';
import type { ErrorTrait, Member, Shape, StructureShape } from './shapes.ts';

/** The input of an operation that takes none. */
export type NoInput = Readonly<Record<never, never>>;

type MemberTable =
  | string
  | {
      readonly shape: string;
      readonly location?: 'header' | 'uri' | 'querystring' | 'query-or-body';
      readonly locationName?: string;
      readonly flattened?: boolean;
    };

/** A shape as the generated tables write it: the model's own form, names not yet resolved. */
export interface ShapeTable {
  readonly type: Shape['type'];
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, MemberTable>>;
  readonly member?: MemberTable;
  readonly key?: MemberTable;
  readonly value?: MemberTable;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly sensitive?: boolean;
  readonly flattened?: boolean;
  readonly timestampFormat?: 'iso8601' | 'iso8601-milliseconds' | 'unixTimestamp' | 'rfc822';
  readonly exception?: boolean;
  readonly fault?: boolean;
  readonly error?: {
    readonly code?: string;
    readonly httpStatusCode?: number;
  };
}

export interface OperationTable {
  readonly http: { readonly method: string; readonly uri: string; readonly status?: number };
  readonly input?: string;
  readonly output?: string;
  readonly resultWrapper?: string;
  readonly errors: readonly string[];
  readonly noAuth?: boolean;
}

export interface ServiceTable {
  readonly service: ServiceName;
  readonly protocol: Protocol;
  readonly apiVersion: string;
  readonly serviceId: string;
  readonly signingName: string;
  readonly xmlNamespace?: string;
  readonly targetPrefix?: string;
  readonly jsonVersion?: string;
  readonly operations: Readonly<Record<string, OperationTable>>;
  readonly shapes: Readonly<Record<string, ShapeTable>>;
}

export interface LinkedService {
  readonly model: ServiceModel;
  /** The operation of that name, given its types. Throws for a name the model does not have. */
  operation<I, O>(name: string): OperationModel<I, O>;
}

/** Resolves the names in a generated table, corrections and additions included. Throws for a name that leads nowhere. */
export function linkService(table: ServiceTable): LinkedService {
  const added = additions[table.service];
  const shapes = linkShapes(patchedShapes({ ...table, shapes: { ...table.shapes, ...added?.shapes } }));
  const structure = (name: string): StructureShape => {
    const shape = shapes.get(name);
    if (shape?.type !== 'structure') throw new Error(`${table.service} has no structure ${name}`);
    return shape;
  };
  const operations = new Map<string, OperationModel>();
  const model: ServiceModel = {
    service: table.service,
    protocol: table.protocol,
    apiVersion: table.apiVersion,
    signingName: table.signingName,
    serviceId: table.serviceId,
    xmlNamespace: table.xmlNamespace,
    targetPrefix: table.targetPrefix,
    jsonVersion: table.jsonVersion,
    operations,
    shapes,
    errors: errorsByCode(shapes),
  };
  for (const [name, operation] of Object.entries({ ...table.operations, ...added?.operations })) {
    operations.set(name, {
      name,
      service: model,
      input: operation.input === undefined ? undefined : structure(operation.input),
      output: operation.output === undefined ? undefined : structure(operation.output),
      resultWrapper: operation.resultWrapper,
      http: { method: operation.http.method, uri: operation.http.uri, status: operation.http.status ?? 200 },
      errors: operation.errors.map(structure),
      noAuth: operation.noAuth ?? false,
    });
  }
  return {
    model,
    operation<I, O>(name: string) {
      const operation = operations.get(name);
      if (operation === undefined) throw new Error(`${table.service} has no operation ${name}`);
      return operation as OperationModel<I, O>;
    },
  };
}

function errorsByCode(shapes: ReadonlyMap<string, Shape>): ReadonlyMap<string, StructureShape> {
  const errors = new Map<string, StructureShape>();
  for (const shape of shapes.values()) {
    if (shape.type === 'structure' && shape.error !== undefined) errors.set(shape.error.code, shape);
  }
  return errors;
}

function patchedShapes(table: ServiceTable): ReadonlyMap<string, ShapeTable> {
  const shapes = new Map(Object.entries(table.shapes));
  for (const patch of patches) {
    if (patch.service !== table.service) continue;
    const before = shapes.get(patch.shape) ?? { type: 'string' };
    const members = patch.member && { ...before.members, [patch.member.name]: patch.member.shape };
    const changed = { ...before, ...patch.change, ...(members && { members }) };
    shapes.set(patch.shape, patch.order === undefined ? changed : reordered(changed, patch.order));
  }
  return shapes;
}

function reordered(shape: ShapeTable, order: readonly string[]): ShapeTable {
  const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  const entries = Object.entries(shape.members ?? {}).sort(([left], [right]) => rank(left) - rank(right));
  return { ...shape, members: Object.fromEntries(entries) };
}

function linkShapes(tables: ReadonlyMap<string, ShapeTable>): ReadonlyMap<string, Shape> {
  const shapes = new Map<string, Shape>();
  const shapeNamed = (name: string): Shape => {
    const known = shapes.get(name);
    if (known !== undefined) return known;
    const table = tables.get(name);
    if (table === undefined) throw new Error(`a model names a shape that it does not define: ${name}`);
    if (table.type === 'structure') return linkStructure(name, table);
    const shape = linkSimple(name, table, shapeNamed);
    shapes.set(name, shape);
    return shape;
  };
  // A structure may contain itself, so it is registered before its members are filled in.
  const linkStructure = (name: string, table: ShapeTable): StructureShape => {
    const members: Member[] = [];
    const memberByWireName = new Map<string, Member>();
    const shape: StructureShape = {
      type: 'structure',
      name,
      members,
      memberByWireName,
      error: table.exception === true ? errorTrait(name, table) : undefined,
    };
    shapes.set(name, shape);
    for (const [memberName, target] of Object.entries(table.members ?? {})) {
      const { location, locationName } = typeof target === 'string' ? {} : target;
      const member: Member = {
        name: memberName,
        wireName: locationName ?? memberName,
        required: table.required?.includes(memberName) ?? false,
        location: location ?? 'body',
        shape: shapeNamed(targetOf(target)),
      };
      members.push(member);
      memberByWireName.set(member.wireName, member);
    }
    return shape;
  };
  for (const name of tables.keys()) shapeNamed(name);
  return shapes;
}

function linkSimple(name: string, table: ShapeTable, shapeNamed: (name: string) => Shape): Shape {
  const { min, max, sensitive = false, flattened = false } = table;
  switch (table.type) {
    case 'list':
      return {
        type: 'list',
        name,
        member: shapeNamed(targetOf(table.member)),
        memberWireName: wireNameOf(table.member) ?? 'member',
        flattened,
        min,
        max,
      };
    case 'map':
      return {
        type: 'map',
        name,
        key: shapeNamed(targetOf(table.key)),
        value: shapeNamed(targetOf(table.value)),
        keyWireName: wireNameOf(table.key) ?? 'key',
        valueWireName: wireNameOf(table.value) ?? 'value',
        flattened,
        min,
        max,
      };
    case 'string':
      return { type: 'string', name, min, max, pattern: table.pattern, enum: table.enum, sensitive };
    case 'timestamp':
      return { type: 'timestamp', name, format: table.timestampFormat };
    case 'blob':
      return { type: 'blob', name, min, max, sensitive };
    case 'boolean':
      return { type: 'boolean', name };
    case 'integer':
    case 'long':
    case 'float':
    case 'double':
      return { type: table.type, name, min, max };
    case 'structure':
      throw new Error(`${name} is a structure`);
  }
}

function targetOf(member: MemberTable | undefined): string {
  return typeof member === 'string' ? member : (member?.shape ?? '');
}

function wireNameOf(member: MemberTable | undefined): string | undefined {
  return typeof member === 'string' ? undefined : member?.locationName;
}

function errorTrait(name: string, table: ShapeTable): ErrorTrait {
  return {
    code: table.error?.code ?? name,
    status: table.error?.httpStatusCode ?? (table.fault === true ? 500 : 400),
  };
}
