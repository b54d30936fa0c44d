/**
 * What Brevet fetches from elsewhere: documents of identity providers, and service accounts of Kubernetes, over TLS.
 * Owns whom it may connect to (the address guard), whom it believes (authorities and thumbprints) and how much it takes (size, time,
 * redirects). Never reads what it fetched, keeps nothing, and sends nothing but a GET.
 * Called by services/operation for the keys of providers and by servers/admission; main opens it.
 */
export { type AddressGuard, createAddressGuard, isAddressRange } from './address-guard.ts';
export { type OutboundOptions, openOutboundHttp, type ResolveHost } from './open-outbound-http.ts';
export { type OutboundHttp, OutboundHttpError, type OutboundRequest } from './outbound-http.ts';
