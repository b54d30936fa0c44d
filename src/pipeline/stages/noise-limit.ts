const windowMs = 60_000;
const mostPerSource = 20;
const mostPerWindow = 600;
const mostSources = 1000;
const mostNamed = 100;
const manySources = 'others';

/** How many requests of unknown senders were not recorded one by one. */
export interface LeftOut {
  readonly records: number;
  /** Those that sent most, by address. */
  readonly sources: Readonly<Record<string, number>>;
}

/**
 * How much is recorded of requests that nobody has proven to be theirs: some of each source in each minute, and so many of all together,
 * so that whoever can reach the port cannot fill the disk. The others are counted.
 */
export class NoiseLimit {
  #windowStart = Number.NEGATIVE_INFINITY;
  #admitted = 0;
  #leftOut = 0;
  #counts = new Map<string, number>();

  /** Whether a request of this address is to be recorded by itself. */
  admit(address: string, now: number): boolean {
    if (now - this.#windowStart >= windowMs || now < this.#windowStart) {
      this.#windowStart = now;
      this.#admitted = 0;
      this.#counts = new Map();
      this.#leftOut = 0;
    }
    const network = networkOf(address);
    const source = this.#counts.has(network) || this.#counts.size < mostSources ? network : manySources;
    const count = (this.#counts.get(source) ?? 0) + 1;
    this.#counts.set(source, count);
    if (count > mostPerSource || this.#admitted >= mostPerWindow) {
      this.#leftOut += 1;
      return false;
    }
    this.#admitted += 1;
    return true;
  }

  /** What was left out in a minute that is over, once; undefined when that was nothing. `atOnce` does not wait for its end. */
  takeLeftOut(now: number, atOnce = false): LeftOut | undefined {
    if (this.#leftOut === 0 || (!atOnce && now - this.#windowStart < windowMs)) return undefined;
    const records = this.#leftOut;
    this.#leftOut = 0;
    const busiest = [...this.#counts].sort(([, left], [, right]) => right - left).slice(0, mostNamed);
    return { records, sources: Object.fromEntries(busiest) };
  }
}

/** An address of IPv4, or the /64 of one of IPv6: whoever has one of its addresses has all. */
function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const rest = tail === '' ? [] : tail.split(':');
    while (groups.length + rest.length < 8) groups.push('0');
  }
  return `${groups.slice(0, 4).join(':')}::/64`;
}
