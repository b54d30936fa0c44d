/**
 * The operator's door: `/healthz` (the process is alive), `/readyz` (it can serve requests, or why not) and `/metrics`
 * (Prometheus text). It decides nothing, changes nothing and shows no secrets; there is no administration here.
 * Built by main, on an address of its own that only the operator's network should reach.
 */
export { type AdminServerOptions, createAdminServer, type Readiness } from './admin-server.ts';
