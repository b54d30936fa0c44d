/** The service could not be reached, or could not answer now. What is in hand may go on until it ends. */
export class ServiceUnreachable extends Error {
  readonly code = 'ServiceUnreachable';
}
