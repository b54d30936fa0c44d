import { BlockList, isIP } from 'node:net';

/** Whether an address may be connected to. */
export type AddressGuard = (address: string) => boolean;

/** Addresses that are not of the public Internet (IANA special-purpose address registries): refused unless the settings list them. */
const specialRanges: readonly string[] = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
];

/** The only IPv6 addresses of the public Internet, and those within that stand for other things or carry an IPv4 address. */
const publicIpv6 = '2000::/3';
const specialIpv6: readonly string[] = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

/** Whether the text is an address range such as `10.0.0.0/8` or `fd00::/8`, or one address. */
export function isAddressRange(text: string): boolean {
  return parseRange(text) !== undefined;
}

/** A guard that lets public addresses through, and of all others those in the given ranges. Throws for text that is no range. */
export function createAddressGuard(allowed: readonly string[]): AddressGuard {
  const isAllowed = matchRanges(allowed);
  const isSpecial = matchRanges([...specialRanges, ...specialIpv6]);
  const isPublicIpv6 = matchRanges([publicIpv6]);
  return (given) => {
    const address = unmapped(given);
    if (isAllowed(address)) return true;
    switch (isIP(address)) {
      case 4:
        return !isSpecial(address);
      case 6:
        return isPublicIpv6(address) && !isSpecial(address);
      default:
        return false;
    }
  };
}

/** An IPv4 address that is written as an IPv6 one is judged as what it is. */
function unmapped(address: string): string {
  if (isIP(address) !== 6) return address;
  const { hostname } = new URL(`http://[${address.replace(/%.*$/, '')}]`);
  const mapped = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(hostname);
  if (mapped === null) return hostname.slice(1, -1);
  const [high, low] = [Number.parseInt(mapped[1] ?? '', 16), Number.parseInt(mapped[2] ?? '', 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

function matchRanges(ranges: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const text of ranges) {
    const range = parseRange(text);
    if (range === undefined) throw new Error(`${text} is no address range`);
    list.addSubnet(range.address, range.bits, range.family);
  }
  return (address) => {
    const version = isIP(address);
    return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6');
  };
}

function parseRange(
  text: string,
): { readonly address: string; readonly bits: number; readonly family: 'ipv4' | 'ipv6' } | undefined {
  const [address = '', given, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0 || address.includes('%')) return undefined;
  const longest = version === 4 ? 32 : 128;
  if (given !== undefined && !/^(0|[1-9][0-9]{0,2})$/.test(given)) return undefined;
  const bits = given === undefined ? longest : Number(given);
  return bits > longest ? undefined : { address, bits, family: version === 4 ? 'ipv4' : 'ipv6' };
}
