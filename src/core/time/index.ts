/**
 * Instants as AWS writes them. Every instant in the house is milliseconds since the Unix epoch, UTC.
 * This room formats and parses; it never reads a clock.
 */

/** Milliseconds since the Unix epoch. */
export type Instant = number;

/** Reads the present instant. Handed in as an argument wherever time matters, so that tests own it. */
export type Clock = () => Instant;

/** Seconds that were formatted lately, each at its own place: a request formats the present one, its own date and an expiry, several times. */
const places = 64;
const seconds: number[] = Array.from({ length: places }, () => Number.NaN);
const texts: string[] = Array.from({ length: places }, () => '');

/** `2026-01-02T03:04:05Z`, the fraction cut off. */
export function formatIsoSeconds(instant: Instant): string {
  const second = Math.floor(instant / 1000);
  const place = second & (places - 1);
  if (second !== seconds[place]) {
    texts[place] = `${new Date(instant).toISOString().slice(0, 19)}Z`;
    seconds[place] = second;
  }
  return texts[place] ?? '';
}

/** `20260102T030405Z`, ISO 8601 basic format as SigV4 uses it. */
export function formatBasic(instant: Instant): string {
  const iso = formatIsoSeconds(instant);
  return `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}Z`;
}

const fourCenturiesMs = 146_097 * 86_400_000;

/** The instant of ISO 8601 basic format `yyyymmddThhmmssZ`, or undefined when the text is not a real instant in it. */
export function parseBasic(text: string): Instant | undefined {
  if (!/^\d{8}T\d{6}Z$/.test(text)) return undefined;
  const part = (start: number, end: number): number => Number(text.slice(start, end));
  // Four centuries later every day is the same day, and no year is below 100, which Date.UTC takes for one of the last century.
  const day = Date.UTC(part(0, 4) + 400, part(4, 6) - 1, part(6, 8)) - fourCenturiesMs;
  const instant = day + ((part(9, 11) * 60 + part(11, 13)) * 60 + part(13, 15)) * 1000;
  // What is no real instant was rolled over into the next minute, hour, day or month.
  return formatBasic(instant) === text ? instant : undefined;
}

/**
 * The instant of an ISO 8601 date-time of the W3C profile (a date alone, or a date and time with `Z` or an offset),
 * or undefined when the text is none.
 */
export function parseIso(text: string): Instant | undefined {
  const match =
    /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?)?)?$/.exec(
      text,
    );
  if (match === null) return undefined;
  const [, year, month = '01', day = '01'] = match;
  const dayStart = Date.parse(`${year}-${month}-${day}T00:00:00Z`);
  // Date.parse rolls 30 February over into March; a policy that names such a day must not match.
  if (Number.isNaN(dayStart) || new Date(dayStart).toISOString().slice(0, 10) !== `${year}-${month}-${day}`) {
    return undefined;
  }
  const instant = Date.parse(text);
  return Number.isNaN(instant) ? undefined : instant;
}
