import { malformed } from './elements.ts';

/**
 * An instant of SAML, which is in UTC (SAML Core §1.3.3), in milliseconds since the Unix epoch. Throws FederationError for what is none; a time
 * without `Z` is one somewhere, and where is not said.
 */
export function parseInstant(text: string, name: string): number {
  const found = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d{1,9})?Z$/.exec(text);
  const time = found === null ? Number.NaN : Date.parse(`${found[1]}Z`);
  // Date.parse takes the thirtieth of February for the second of March.
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 19) !== found?.[1]) {
    throw malformed(`${name} is no instant in UTC`);
  }
  return time + Math.floor(Number(`0${found[2] ?? ''}`) * 1000);
}
