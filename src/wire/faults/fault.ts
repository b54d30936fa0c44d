import type {
  AccountErrorCode,
  BrevetErrorCode,
  CloudtrailErrorCode,
  EksAuthErrorCode,
  EksErrorCode,
  IamErrorCode,
  OrganizationsErrorCode,
  RolesanywhereErrorCode,
  SigninErrorCode,
  StsErrorCode,
} from '#wire/model';
import { type CommonFaultCode, commonFault } from './general-faults.ts';

/** A code of the query services' common list, or one that a service's model declares. */
export type FaultCode =
  | CommonFaultCode
  | StsErrorCode
  | IamErrorCode
  | OrganizationsErrorCode
  | AccountErrorCode
  | BrevetErrorCode
  | CloudtrailErrorCode
  | RolesanywhereErrorCode
  | SigninErrorCode
  | EksErrorCode
  | EksAuthErrorCode;

/** An answer other than success, in the words of the query services; `answerOf` gives it the form of the service that answers. */
export class Fault extends Error {
  readonly code: FaultCode;
  /** What the caller reads; undefined where AWS sends no message element. */
  readonly text: string | undefined;
  /** Further members of a modelled JSON error, such as `Reason`. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: FaultCode, text: string | undefined, members: Readonly<Record<string, unknown>>) {
    super(text ?? '');
    this.name = 'Fault';
    this.code = code;
    this.text = text;
    this.members = members;
  }
}

/**
 * A fault to throw. Without a message it has the usual one of its code, or none where AWS sends none.
 * `members` are the further members of modelled JSON errors.
 */
export function fault(
  code: FaultCode,
  message?: string,
  members: Readonly<Record<string, unknown>> = {},
): Fault {
  return new Fault(code, message ?? commonFault(code)?.text, members);
}
