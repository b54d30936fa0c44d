/**
 * AWS JSON 1.1: the operation in `X-Amz-Target`, one JSON object in, one out; and the faults of every JSON service.
 * It checks types but no constraints and reads no headers. Called by the pipeline for Organizations and CloudTrail.
 */
export { decodeJson, encodeJson, encodeJsonFault } from './json.ts';
