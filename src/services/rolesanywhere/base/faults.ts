import { X509Error } from '#core/x509';
import { type Fault, fault } from '#wire/faults';

/** The fault for input that no state could make right. */
export function invalid(message: string): Fault {
  return fault('ValidationError', message);
}

/** What an attempt returns. Throws ValidationException for certificates and lists that cannot be read or used. */
export function checked<T>(attempt: () => T): T {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof X509Error) throw invalid(error.message);
    throw error;
  }
}
