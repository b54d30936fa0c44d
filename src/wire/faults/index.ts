/**
 * Everything AWS answers instead of success: codes, statuses, whose fault it is, and the exact sentences.
 * A base room of the wire floor. It writes no XML or JSON (the codecs do) and decides nothing: services throw `fault(…)`,
 * the codecs ask `answerOf` how the answering service spells it.
 */
export { answerOf, type FaultAnswer } from './answer.ts';
export { Fault, type FaultCode, fault } from './fault.ts';
export {
  couldNotFindOperation,
  deleteConflict,
  entityAlreadyExists,
  invalidSignInCredentials,
  invalidSignInToken,
  limitExceeded,
  noSuchEntity,
  noSuchPolicyVersion,
  noSuchRoleInProfile,
  unmodifiableRole,
  unsupportedOperation,
} from './texts.ts';
