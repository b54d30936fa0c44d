/**
 * REST-JSON: the operation in method and path, its input in path, query and a JSON body.
 * It checks types but no constraints and reads no headers; its faults are wire/json's. Called by the pipeline for the Account service.
 */
export { decodeRestJson, encodeRestJson, type RestRequest } from './codec.ts';
export { matchRoute, type RestRoute } from './route.ts';
