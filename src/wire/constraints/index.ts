/**
 * The models' constraints on inputs: presence, length, pattern, range, enumeration, and AWS's exact sentences about them.
 * It judges an input by its own shape only: rules that need state or another member belong to the operation.
 * INVARIANT: values of shapes marked sensitive never reach a message. Called by the pipeline's validate stage.
 */
export { violationFault, violationMessage } from './message.ts';
export { type Violation, type ViolationKind, validateInput } from './validate.ts';
