import { parseIso } from '#core/time';

/** The last second that a Date can hold. */
const maxEpochSeconds = 8_640_000_000_000;

/** The number of a numeric condition, whole or decimal, or undefined when the text is none. */
export function parseNumber(text: string): number | undefined {
  return /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** The instant of a date condition, in milliseconds, from ISO 8601 or seconds since the epoch; undefined when the text is neither. */
export function parseDate(text: string): number | undefined {
  if (!/^\d{5,}$/.test(text)) return parseIso(text);
  const seconds = Number(text);
  return seconds <= maxEpochSeconds ? seconds * 1000 : undefined;
}
