import { answerOf, type Fault } from '#wire/faults';
import { fromJsonValue, parseJsonObject, toJsonValue, writeJson } from '#wire/json-value';
import type { OperationModel, ServiceModel } from '#wire/model';

/**
 * The input of an AWS JSON operation from its body. Members the operation does not know are ignored; required ones may be missing,
 * which wire/constraints finds next.
 * Throws SerializationException for a body that is not a JSON object of the right types.
 */
export function decodeJson<I>(operation: OperationModel<I>, body: Uint8Array): I {
  const json = parseJsonObject(body);
  return (operation.input === undefined ? {} : fromJsonValue(operation.input, json)) as I;
}

/** The body of a successful answer; empty for operations without output. */
export function encodeJson(operation: OperationModel, output: unknown): string {
  return operation.output === undefined ? '' : writeJson(toJsonValue(operation.output, output ?? {}));
}

/**
 * The body of a fault of a JSON service. AWS JSON names the code in the body as `__type`; REST-JSON only in the header
 * `x-amzn-ErrorType`, which the caller writes.
 */
export function encodeJsonFault(service: ServiceModel, fault: Fault): string {
  const { code, text, textMember, members } = answerOf(fault, service);
  const type = service.protocol === 'json' ? { __type: code } : {};
  return writeJson({ ...type, [textMember]: text, ...members });
}
