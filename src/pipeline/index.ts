/**
 * The corridor that every request walks, written once, in handle.ts:
 * read → route → authenticate → decode → validate → load → authorize → record intent → run → record outcome → encode → write.
 * It owns the order of these steps and what they share: proof of the caller, policy, audit, faults. It never does what an operation does,
 * picks no engine and speaks no HTTP. Called by servers, composed by main.
 */
export { createDataEventRecorder, type DataRequest, type RecordDataEvent } from './data-events.ts';
export { type CallThrough, createDoorway, type DoorCall } from './doorway.ts';
export { header, headerValues, type WireRequest, type WireResponse } from './exchange.ts';
export { type Answered, createPipeline, type Handle, type PipelineOptions } from './handle.ts';
export { createPersonEntry, type EnterAsPerson, type PersonCall } from './person-entry.ts';
export { createServiceEntry, type EnterAsService } from './service-entry.ts';
export {
  createSignInEntry,
  type SessionToSignIn,
  type SignedIn,
  type SignInEntry,
  type SignInVisit,
  signInStatus,
} from './sign-in-entry.ts';
export { authorizationMessageHeader } from './stages/encode.ts';
export { NoiseLimit } from './stages/noise-limit.ts';
export { recordLeftOut } from './stages/record.ts';
export type { ServiceTables } from './stages/route.ts';
export { toFault } from './to-fault.ts';
