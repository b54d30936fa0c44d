import { posix } from 'node:path';
import { type Scanned, scanSource } from './read-imports.ts';

/** The floors of src/, lowest first, each with the base rooms that the other rooms of the floor may import. */
const floors: readonly { readonly name: string; readonly base: readonly string[] }[] = [
  { name: 'core', base: ['arn', 'identifiers', 'text', 'time', 'xml'] },
  { name: 'wire', base: ['model', 'faults', 'json-value'] },
  { name: 'stores', base: [] },
  { name: 'services', base: ['operation'] },
  { name: 'pipeline', base: [] },
  { name: 'servers', base: ['authorizer'] },
  { name: 'main', base: [] },
];
const floorsOfOneRoom: ReadonlySet<string> = new Set(['pipeline', 'main']);

/** What pure floors may take from Node: functions of their arguments only. */
const pureModules: ReadonlySet<string> = new Set(['node:crypto', 'node:zlib']);
const pureFloors: ReadonlySet<string> = new Set(['core', 'wire']);
/** Runs in browsers too, and so does all that it imports. */
const portableRoom = 'core/policy';

const impurities: readonly (readonly [pattern: RegExp, what: string])[] = [
  [
    /\bDate\s*\.\s*now\b|\bnew\s+Date\s*(?:\(\s*\)|[;,)\]])|(?<!new\s)\bDate\s*\(|\bperformance\s*\./,
    'the clock',
  ],
  [/\bMath\s*\.\s*random\b|(?<![\w$.])crypto\s*\.|\bgetRandomValues\b/, 'randomness'],
  [/(?<![\w$.])process\s*[.[]|\bglobalThis\b/, 'the process'],
  [/(?<![\w$.])(?:setTimeout|setInterval|setImmediate)\s*\(/, 'timers'],
  [/(?<![\w$.])fetch\s*\(|\bnew\s+(?:WebSocket|XMLHttpRequest|EventSource)\b/, 'the network'],
];

/** Checks sources, given as path → text, against the floors. Returns one line per violation; none when all is well. */
export function findViolations(sources: ReadonlyMap<string, string>): readonly string[] {
  const scanned = new Map([...sources].map(([path, text]) => [path, scanSource(text)]));
  const house = new Map([...scanned].filter(([path]) => !path.endsWith('.test.ts')));
  return [
    ...[...scanned].flatMap(([path, file]) => checkExports(file).map((text) => `${path}: ${text}`)),
    ...[...house].flatMap(([path, file]) => checkFile(path, file, sources).map((text) => `${path}: ${text}`)),
    ...checkPortability(house),
    ...findCycles(house),
  ];
}

/** `core/policy`, `services/iam`, `pipeline`, …; undefined for a file that stands in no room. */
function roomOf(path: string): string | undefined {
  const [source, floor, ...rest] = path.split('/');
  if (source !== 'src' || floor === undefined || floorNumber(floor) < 0) return undefined;
  if (floorsOfOneRoom.has(floor)) return rest.length > 0 ? floor : undefined;
  return rest.length > 1 ? `${floor}/${rest[0]}` : undefined;
}

function floorNumber(room: string): number {
  const [floor] = room.split('/');
  return floors.findIndex(({ name }) => name === floor);
}

function isBase(room: string): boolean {
  const [, name = ''] = room.split('/');
  return floors[floorNumber(room)]?.base.includes(name) ?? false;
}

function checkExports({ code }: Scanned): readonly string[] {
  return [
    ...(/\bexport\s+default\b|\bas\s+default\b/.test(code) ? ['has a default export'] : []),
    ...(/\bexport\s+(?:type\s+)?\*/.test(code) ? ['has an export *'] : []),
  ];
}

function checkFile(
  path: string,
  { code, imports }: Scanned,
  sources: ReadonlyMap<string, string>,
): readonly string[] {
  const room = roomOf(path);
  if (room === undefined) return ['stands in no room'];
  const pure = pureFloors.has(room.split('/')[0] ?? '');
  const problems = imports.flatMap(({ specifier, names }) => {
    if (specifier.startsWith('#')) return checkRoomImport(room, specifier, sources);
    if (specifier.startsWith('.')) return checkRelativeImport(path, room, specifier);
    return pure ? checkPureImport(specifier, names) : [];
  });
  const impure = room.startsWith('core/') ? impurities.filter(([pattern]) => pattern.test(code)) : [];
  return [...problems, ...impure.map(([, what]) => `uses ${what}, which must be an argument`)];
}

function checkRoomImport(
  room: string,
  specifier: string,
  sources: ReadonlyMap<string, string>,
): readonly string[] {
  const target = specifier.slice(1);
  if (!sources.has(`src/${target}/index.ts`) || roomOf(`src/${target}/index.ts`) !== target) {
    return [`imports ${specifier}, which is no room`];
  }
  if (target === room) return [`imports its own room as ${specifier}`];
  const [from, to] = [floorNumber(room), floorNumber(target)];
  if (to > from) return [`imports ${specifier} from a floor above`];
  if (to === from && !isBase(target)) return [`imports ${specifier}, a room beside it`];
  return [];
}

function checkRelativeImport(path: string, room: string, specifier: string): readonly string[] {
  const target = posix.join(posix.dirname(path), specifier);
  return roomOf(target) === room ? [] : [`imports ${specifier}, which is outside its room`];
}

function checkPureImport(specifier: string, names: string): readonly string[] {
  if (!pureModules.has(specifier)) return [`imports ${specifier}, which is not pure`];
  if (names.startsWith('*')) return [`imports all of ${specifier}: name what is used`];
  return /\b(?:random\w*|webcrypto|generate\w*)\b/.test(names)
    ? [`imports randomness from ${specifier}`]
    : [];
}

/** Nothing that the portable room reaches may import a Node module. */
function checkPortability(house: ReadonlyMap<string, Scanned>): readonly string[] {
  const graph = drawRooms(house);
  const reached = new Set([portableRoom]);
  for (const room of reached) for (const next of graph.get(room) ?? []) reached.add(next);
  return [...house].flatMap(([path, { imports }]) =>
    reached.has(roomOf(path) ?? '')
      ? imports
          .filter(({ specifier }) => specifier.startsWith('node:'))
          .map(({ specifier }) => `${path}: imports ${specifier}, but ${portableRoom} must run in browsers`)
      : [],
  );
}

/** Rooms that import each other in a circle, which base rooms could. */
function findCycles(house: ReadonlyMap<string, Scanned>): readonly string[] {
  const graph = drawRooms(house);
  const done = new Set<string>();
  const walk = (room: string, way: readonly string[]): readonly string[] => {
    if (way.includes(room))
      return [`rooms import each other: ${[...way.slice(way.indexOf(room)), room].join(' → ')}`];
    if (done.has(room)) return [];
    const found = [...(graph.get(room) ?? [])].flatMap((next) => walk(next, [...way, room]));
    done.add(room);
    return found;
  };
  return [...graph.keys()].flatMap((room) => walk(room, []));
}

/** Which rooms each room imports. */
function drawRooms(house: ReadonlyMap<string, Scanned>): ReadonlyMap<string, ReadonlySet<string>> {
  const graph = new Map<string, Set<string>>();
  for (const [path, { imports }] of house) {
    const room = roomOf(path);
    if (room === undefined) continue;
    const targets = graph.get(room) ?? new Set();
    for (const { specifier } of imports) {
      if (specifier.startsWith('#') && specifier !== `#${room}`) targets.add(specifier.slice(1));
    }
    graph.set(room, targets);
  }
  return graph;
}
