import { isRegion } from '#core/regions';
import { header, type WireRequest } from '#pipeline';

/** Path and query of a request target, taken apart. */
export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const mark = target.indexOf('?');
  return mark < 0
    ? { path: target, query: '' }
    : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/**
 * The addresses at which the endpoint is: the one that this client used, and the one that others are told, where a proxy stands before it.
 * Normalized, without a slash at the end.
 */
export function addressesOf(request: WireRequest, publicUrl: string): readonly string[] {
  const here = `${request.secure ? 'https' : 'http'}://${header(request, 'host') ?? ''}`;
  return [...new Set([here, publicUrl].flatMap(normalized))];
}

function normalized(address: string): readonly string[] {
  const url = URL.parse(address);
  return url === null ? [] : [`${url.origin}${url.pathname.replace(/\/$/, '')}`];
}

/** The Region that the host names, as `eu-west-1.signin.aws.amazon.com` and `signin.eu-west-1.localhost` do. */
export function regionOf(request: WireRequest): string | undefined {
  const [first = '', second = ''] = (header(request, 'host') ?? '').toLowerCase().split('.');
  return [first, second].find(isRegion);
}
