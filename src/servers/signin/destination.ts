/** Where a browser may be sent once it is signed in. */
export interface AllowedDestinations {
  /** Origins under which the endpoint itself is reached: what is of them is answered relative to it. */
  readonly own: readonly string[];
  /** Further origins, from the settings. */
  readonly others: readonly string[];
}

const destinationLimit = 2048;

/**
 * What to write as `Location` for a destination; undefined for one that leads elsewhere. A destination that a stranger could choose would lend
 * this host's name to theirs, so it is read as browsers read it, and what is written is what was read.
 */
export function readDestination(text: string, { own, others }: AllowedDestinations): string | undefined {
  const [base] = own;
  // Browsers drop line feeds and tabs from a URL, and headers end at the first.
  if (text.length > destinationLimit || /[\u0000-\u0020\u007f]/.test(text) || !URL.canParse(text, base))
    return undefined;
  const url = new URL(text, base);
  if (!['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '')
    return undefined;
  if (others.includes(url.origin)) return url.href;
  // A path that begins with two slashes names a host when it stands alone.
  if (!own.includes(url.origin) || url.pathname.startsWith('//')) return undefined;
  return `${url.pathname}${url.search}${url.hash}`;
}
