import type { BadTrailName } from '#core/trail';
import { type Fault, fault } from '#wire/faults';

const nameTexts: Readonly<Record<BadTrailName, (name: string) => string>> = {
  characters: () =>
    'Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), hyphens (-), and underscores (_).',
  short: (name) =>
    `Trail name too short. Minimum allowed length: 3 characters. Specified name length: ${name.length} characters.`,
  long: (name) =>
    `Trail name too long. Maximum allowed length: 128 characters. Specified name length: ${name.length} characters.`,
  start: () => 'Trail name must starts with a letter or number.',
  end: () => 'Trail name must ends with a letter or number.',
  adjacent: () =>
    'Trail name must not have adjacent periods (.), hyphens (-), or underscores (_), or a mix of them.',
  address: () => 'Trail name must not be in the format of an IP address.',
};

/** A name that no trail can have (sic: "must starts"). */
export function invalidTrailName(problem: BadTrailName, name: string): Fault {
  return fault('InvalidTrailNameException', nameTexts[problem](name));
}

export function trailNotFound(name: string, account: string): Fault {
  return fault('TrailNotFoundException', `Unknown trail: ${name} for the user: ${account}`);
}

export function invalidSelectors(text: string): Fault {
  return fault('InvalidEventSelectorsException', text);
}
