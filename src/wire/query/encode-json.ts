import { answerOf, type Fault } from '#wire/faults';
import { toJsonValue, writeJson } from '#wire/json-value';
import type { OperationModel, ServiceModel } from '#wire/model';

/**
 * A query service's answer to a client that accepts only JSON: the XML's tree as objects, dates as epoch seconds.
 * Kubernetes authenticators read GetCallerIdentity in this form.
 */
export function encodeQueryJson(operation: OperationModel, output: unknown, requestId: string): string {
  const { name, resultWrapper } = operation;
  const result =
    operation.output === undefined || resultWrapper === undefined
      ? {}
      : { [resultWrapper]: toJsonValue(operation.output, output ?? {}) };
  return writeJson({ [`${name}Response`]: { ...result, ResponseMetadata: { RequestId: requestId } } });
}

/** A query service's fault as JSON. */
export function encodeQueryFaultJson(service: ServiceModel, fault: Fault, requestId: string): string {
  const { code, side, text } = answerOf(fault, service);
  return writeJson({ Error: { Code: code, Message: text, Type: side }, RequestId: requestId });
}
