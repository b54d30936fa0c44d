/** What stands in a record in place of a secret. */
export const hidden = 'HIDDEN_DUE_TO_SECURITY_REASONS';

/** Members that are secrets or from which secrets follow, in AWS's spelling, lower case. */
const secretMembers: ReadonlySet<string> = new Set([
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
  'sessiontoken',
  'signingkey',
  'tokencode',
  'tradeintoken',
  'webidentitytoken',
]);

/**
 * Request parameters or response elements as records hold them: members in lowerCamelCase, secrets and bytes hidden, undefined members left out.
 */
export function redactParameters(value: unknown): unknown {
  if (value instanceof Uint8Array) return hidden;
  if (Array.isArray(value)) return value.map(redactParameters);
  if (value === undefined || value === null || typeof value !== 'object') return value ?? null;
  const redacted: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const shown = isSecret(name) ? hidden : redactParameters(member);
    // Assigned, a parameter called __proto__ would not be a member like any other.
    if (name === '__proto__') Object.defineProperty(redacted, name, { value: shown, enumerable: true });
    else redacted[lowerFirst(name)] = shown;
  }
  return redacted;
}

function isSecret(name: string): boolean {
  return secretMembers.has(name.toLowerCase());
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
