import { validateInput, violationFault } from '#wire/constraints';
import { decodeJson } from '#wire/json';
import { decodeQuery } from '#wire/query';
import { decodeRestJson } from '#wire/rest-json';
import type { WireRequest } from '../exchange.ts';
import type { Route } from './route.ts';

/**
 * The input of an operation, decoded and checked against every constraint of its model.
 * Throws Fault: MalformedInput, SerializationException or ValidationError.
 */
export function decode(request: WireRequest, target: Extract<Route, { kind: 'operation' }>): unknown {
  const operation = target.operation.model;
  const input = decodeByProtocol(request, target);
  const violation = violationFault(operation.service, validateInput(operation, input));
  if (violation !== undefined) throw violation;
  return input;
}

function decodeByProtocol(request: WireRequest, target: Extract<Route, { kind: 'operation' }>): unknown {
  const operation = target.operation.model;
  switch (target.model.protocol) {
    case 'query':
      return target.params === undefined ? {} : decodeQuery(operation, target.params);
    case 'json':
      return decodeJson(operation, request.body);
    case 'rest-json':
      return decodeRestJson(operation, {
        labels: target.labels ?? {},
        target: request.target,
        body: request.body,
      });
  }
}
