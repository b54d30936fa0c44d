/**
 * Instants as AWS writes them. Every instant in the house is milliseconds since the Unix epoch, UTC.
 * This room formats and parses; it never reads a clock.
 */

/** Milliseconds since the Unix epoch. */
export type Instant = number;

/** Reads the present instant. Handed in as an argument wherever time matters, so that tests own it. */
export type Clock = () => Instant;

/** The last second that was formatted: nearly every request formats the present one, several times. */
let lastSecond = Number.NaN;
let lastSecondText = '';

/** `2026-01-02T03:04:05Z`, the fraction cut off. */
export function formatIsoSeconds(instant: Instant): string {
  const second = Math.floor(instant / 1000);
  if (second !== lastSecond) {
    lastSecondText = `${new Date(instant).toISOString().slice(0, 19)}Z`;
    lastSecond = second;
  }
  return lastSecondText;
}

/** `20260102T030405Z`, ISO 8601 basic format as SigV4 uses it. */
export function formatBasic(instant: Instant): string {
  const iso = formatIsoSeconds(instant);
  return `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}Z`;
}

/** The instant of ISO 8601 basic format `yyyymmddThhmmssZ`, or undefined when the text is not a real instant in it. */
export function parseBasic(text: string): Instant | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const instant = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(instant) || formatBasic(instant) !== text ? undefined : instant;
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
