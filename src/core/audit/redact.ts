/** What stands in a record where AWS has a value and a reader could do harm with it. */
export const hidden = 'HIDDEN_DUE_TO_SECURITY_REASONS';

/** Members that are secrets or from which secrets follow, in AWS's spelling, lower case. CloudTrail leaves them out too. */
const secretMembers: ReadonlySet<string> = new Set([
  'addprivatekey',
  'authenticationcode1',
  'authenticationcode2',
  'base32stringseed',
  'newpassword',
  'oldpassword',
  'password',
  'privatekey',
  'qrcodepng',
  'samlassertion',
  'secretaccesskey',
  'servicepassword',
  'servicecredentialsecret',
  'signingkey',
  'tokencode',
  'tradeintoken',
  'webidentitytoken',
]);

/** True for members that no record may hold, whatever is in them. */
export function isSecretMember(name: string): boolean {
  return secretMembers.has(name.toLowerCase());
}

/**
 * Members for which something stands that says there was one: the token of a pod, as CloudTrail does it, and the session token, which nobody but
 * Brevet leaves out (docs/decisions/0006-no-session-token-in-records.md).
 */
const hiddenMembers: ReadonlySet<string> = new Set(['sessiontoken', 'token']);

/** True for members that records show as hidden. */
export function isHiddenMember(name: string): boolean {
  return hiddenMembers.has(name.toLowerCase());
}

/** A member's name as records write it: `RoleArn` as `roleArn`, `SAMLAssertion` as `sAMLAssertion`. */
export function recordName(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Jul 18, 2023, 4:07:39 PM`: how records write the instants among parameters and response elements, in UTC. */
export function formatRecordTime(milliseconds: number): string {
  const at = new Date(milliseconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = at.getUTCHours();
  const time = `${hours % 12 === 0 ? 12 : hours % 12}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
  return `${months[at.getUTCMonth()]} ${at.getUTCDate()}, ${at.getUTCFullYear()}, ${time} ${hours < 12 ? 'AM' : 'PM'}`;
}

const fieldLimitBytes = 102_400;

/**
 * The value, or what CloudTrail has in its place when it takes more than 100 KB
 * (CloudTrail User Guide, "CloudTrail record contents").
 */
export function limitField(value: unknown): unknown {
  const originalSize = Buffer.byteLength(JSON.stringify(value ?? null));
  return originalSize <= fieldLimitBytes ? value : { omitted: true, originalSize };
}
