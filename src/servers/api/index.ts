/**
 * The AWS endpoint: one port, every service and Region.
 * Owns HTTP itself: limits of size and time, bodies, connections, TLS, draining. It decides nothing: every request walks the pipeline.
 * Called by main.
 */
export {
  type ApiServer,
  type ApiServerOptions,
  bodyLimitBytes,
  closeServer,
  createApiServer,
} from './api-server.ts';
