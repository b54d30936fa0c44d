/**
 * The door for reverse proxies: nginx `auth_request`, Caddy `forward_auth`, Traefik ForwardAuth, Envoy `ext_authz` over HTTP.
 * It finds out what the original request was, has the authorizer verify and decide, and answers 200 with who is calling, or why not.
 * It never sees a body, forwards nothing, and believes no header that a client can bring along.
 * Called by main.
 */
export {
  createForwardAuthServer,
  type Decided,
  type ForwardAuthOptions,
} from './forward-auth-server.ts';
export { identityHeaderNames } from './identity-headers.ts';
export type { ProxyForm } from './original-request.ts';
export { parseRoute, type Route, RouteError, type RouteSettings } from './route.ts';
