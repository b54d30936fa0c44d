import { parseIso } from '#core/time';
import { fault } from '#wire/faults';
import type {
  BlobShape,
  BooleanShape,
  ListShape,
  MapShape,
  NumberShape,
  OperationModel,
  Shape,
  StringShape,
  StructureShape,
  TimestampShape,
} from '#wire/model';
import type { Params } from './form.ts';

type ScalarShape = StringShape | NumberShape | BooleanShape | TimestampShape | BlobShape;

/** What the parameters have said so far of one value; each name is walked once, so the work is linear in the request. */
type Draft = StructureDraft | ListDraft | MapDraft | ScalarDraft;

interface StructureDraft {
  readonly kind: 'structure';
  readonly shape: StructureShape;
  readonly members: Map<string, Draft>;
}

interface ListDraft {
  readonly kind: 'list';
  readonly shape: ListShape;
  readonly items: Map<number, Draft>;
}

interface MapDraft {
  readonly kind: 'map';
  readonly shape: MapShape;
  readonly entries: Map<number, { key: string | undefined; value: Draft | undefined }>;
}

interface ScalarDraft {
  readonly kind: 'scalar';
  readonly shape: ScalarShape;
  text: string | undefined;
}

/**
 * The input of an operation from its flattened parameters (STS API reference, "Making Query Requests").
 * Parameters the operation does not know are ignored; the first of several equal names wins; list indexes only order the members.
 * Required members may be missing: constraints are checked next, by wire/constraints.
 * Throws MalformedInput for a number, boolean, timestamp or blob that is none.
 */
export function decodeQuery<I>(operation: OperationModel<I>, params: Params): I {
  const { input } = operation;
  if (input === undefined) return {} as I;
  const draft: StructureDraft = { kind: 'structure', shape: input, members: new Map() };
  for (const [name, value] of params.entries) place(draft, name, 0, value);
  return finishStructure(draft) as I;
}

function createDraft(shape: Shape): Draft {
  switch (shape.type) {
    case 'structure':
      return { kind: 'structure', shape, members: new Map() };
    case 'list':
      return { kind: 'list', shape, items: new Map() };
    case 'map':
      return { kind: 'map', shape, entries: new Map() };
    default:
      return { kind: 'scalar', shape, text: undefined };
  }
}

/** Puts a value where the rest of its name, from `at` on, says. A name that leads nowhere is ignored. */
function place(draft: Draft, name: string, at: number, value: string): void {
  switch (draft.kind) {
    case 'scalar':
      if (at > name.length) draft.text ??= value;
      return;
    case 'structure':
      placeInStructure(draft, name, at, value);
      return;
    case 'list':
      placeInList(draft, name, at, value);
      return;
    case 'map':
      placeInMap(draft, name, at, value);
  }
}

function placeInStructure(draft: StructureDraft, name: string, at: number, value: string): void {
  const end = segmentEnd(name, at);
  const member = draft.shape.memberByWireName.get(name.slice(at, end));
  if (member === undefined) return;
  let target = draft.members.get(member.name);
  if (target === undefined) {
    // `Tags=` says that the list is there and empty, and nothing at all of a structure.
    if (end === name.length && member.shape.type === 'structure') return;
    target = createDraft(member.shape);
    draft.members.set(member.name, target);
  }
  place(target, name, end + 1, value);
}

function placeInList(draft: ListDraft, name: string, at: number, value: string): void {
  const indexAt = draft.shape.flattened ? at : afterSegment(name, at, draft.shape.memberWireName);
  const end = segmentEnd(name, indexAt);
  const index = parseIndex(name.slice(indexAt, end));
  if (index === undefined) return;
  let item = draft.items.get(index);
  if (item === undefined) {
    item = createDraft(draft.shape.member);
    draft.items.set(index, item);
  }
  place(item, name, end + 1, value);
}

function placeInMap(draft: MapDraft, name: string, at: number, value: string): void {
  const indexAt = draft.shape.flattened ? at : afterSegment(name, at, 'entry');
  const end = segmentEnd(name, indexAt);
  const index = parseIndex(name.slice(indexAt, end));
  if (index === undefined) return;
  let entry = draft.entries.get(index);
  if (entry === undefined) {
    entry = { key: undefined, value: undefined };
    draft.entries.set(index, entry);
  }
  const partEnd = segmentEnd(name, end + 1);
  const part = name.slice(end + 1, partEnd);
  if (part === draft.shape.keyWireName && partEnd === name.length) entry.key ??= value;
  if (part === draft.shape.valueWireName) {
    entry.value ??= createDraft(draft.shape.value);
    place(entry.value, name, partEnd + 1, value);
  }
}

function segmentEnd(name: string, at: number): number {
  const dot = name.indexOf('.', at);
  return dot < 0 ? name.length : dot;
}

/** Where the name goes on after the segment `expected`, or past its end when another segment stands there. */
function afterSegment(name: string, at: number, expected: string): number {
  return name.startsWith(`${expected}.`, at) ? at + expected.length + 1 : name.length + 1;
}

function parseIndex(text: string): number | undefined {
  return /^[1-9][0-9]{0,8}$/.test(text) ? Number(text) : undefined;
}

function finish(draft: Draft): unknown {
  switch (draft.kind) {
    case 'structure':
      return finishStructure(draft);
    case 'list':
      // A member that only names leading nowhere have spoken of is not there.
      return inOrder(draft.items)
        .map(finish)
        .filter((item) => item !== undefined);
    case 'map':
      return finishMap(draft);
    case 'scalar':
      return draft.text === undefined ? undefined : decodeScalar(draft.shape, draft.text);
  }
}

function finishStructure(draft: StructureDraft): Readonly<Record<string, unknown>> {
  const value: Record<string, unknown> = {};
  for (const [name, member] of draft.members) {
    const finished = finish(member);
    if (finished !== undefined) value[name] = finished;
  }
  return value;
}

function finishMap(draft: MapDraft): Readonly<Record<string, unknown>> {
  const entries: [string, unknown][] = [];
  for (const { key, value } of inOrder(draft.entries)) {
    const finished = value && finish(value);
    if (key !== undefined && finished !== undefined) entries.push([key, finished]);
  }
  return Object.fromEntries(entries);
}

function inOrder<T>(items: ReadonlyMap<number, T>): readonly T[] {
  return [...items].sort(([left], [right]) => left - right).map(([, item]) => item);
}

function decodeScalar(shape: ScalarShape, text: string): unknown {
  switch (shape.type) {
    case 'string':
      return text;
    case 'integer':
    case 'long':
      return decodeInteger(shape, text);
    case 'float':
    case 'double':
      if (!/^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) throw fault('MalformedInput');
      return Number(text);
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw fault('MalformedInput');
      return text === 'true';
    case 'timestamp': {
      const instant = parseIso(text);
      if (instant === undefined) throw fault('MalformedInput', 'timestamp must follow ISO8601');
      return instant;
    }
    case 'blob':
      return decodeBlob(text);
  }
}

function decodeBlob(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw fault('MalformedInput');
  return new Uint8Array(bytes);
}

function decodeInteger(shape: NumberShape, text: string): number {
  if (text === '') throw fault('MalformedInput', 'missing value for decimal type');
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  const limit = shape.type === 'integer' ? 2 ** 31 : Number.MAX_SAFE_INTEGER;
  if (!(value >= -limit && value < limit)) throw fault('MalformedInput');
  // Not the negative zero that `-0` would be.
  return value + 0;
}
