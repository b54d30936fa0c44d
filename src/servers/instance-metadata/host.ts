import { isIP } from 'node:net';

/**
 * True for a Host header that a page of the web cannot have its visitors' browsers send: an address, `localhost`, or a name the operator
 * listed. A name that somebody else's DNS leads here, as in DNS rebinding, is none of them.
 */
export function matchHost(host: string, listed: ReadonlySet<string>): boolean {
  const name = host.toLowerCase().replace(/:[0-9]{1,5}$/, '');
  if (name === 'localhost' || listed.has(name)) return true;
  if (name.startsWith('[') && name.endsWith(']')) return isIP(name.slice(1, -1)) === 6;
  return isIP(name) === 4;
}
