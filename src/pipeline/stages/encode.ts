import { answerOf, type Fault } from '#wire/faults';
import { encodeJson, encodeJsonFault } from '#wire/json';
import type { OperationModel, ServiceModel } from '#wire/model';
import { encodeQueryFaultJson, encodeQueryFaultXml, encodeQueryJson, encodeQueryXml } from '#wire/query';
import { encodeRestJson } from '#wire/rest-json';
import { header, type WireRequest, type WireResponse } from '../exchange.ts';

/** Header that carries the sealed reason of a denial, for DecodeAuthorizationMessage. AWS's own texts have no room for it. */
export const authorizationMessageHeader = 'x-brevet-authorization-message';

/** Any page may read an answer: what it says was earned by a signature that no browser adds by itself. */
const readableByBrowsers = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': `x-amzn-requestid,x-amzn-errortype,${authorizationMessageHeader}`,
};

/** The answer of an operation in the form of its protocol. */
export function encode(
  request: WireRequest,
  operation: OperationModel,
  output: unknown,
  requestId: string,
): WireResponse {
  const { service } = operation;
  switch (service.protocol) {
    case 'query':
      return wantsJson(request)
        ? respond(request, 200, 'application/json', requestId, encodeQueryJson(operation, output, requestId))
        : respond(request, 200, 'text/xml', requestId, encodeQueryXml(operation, output, requestId));
    case 'json':
      return respond(request, 200, jsonType(service), requestId, encodeJson(operation, output));
    case 'rest-json':
      return respond(
        request,
        operation.http.status,
        'application/json',
        requestId,
        encodeRestJson(operation, output),
      );
  }
}

/** A fault in the form of the answering service's protocol. */
export function encodeFault(
  request: WireRequest,
  service: ServiceModel,
  fault: Fault,
  requestId: string,
  encodedMessage: string | undefined,
): WireResponse {
  const { status, code } = answerOf(fault, service);
  const sealed = encodedMessage === undefined ? {} : { [authorizationMessageHeader]: encodedMessage };
  switch (service.protocol) {
    case 'query':
      return wantsJson(request)
        ? respond(
            request,
            status,
            'application/json',
            requestId,
            encodeQueryFaultJson(service, fault, requestId),
            sealed,
          )
        : respond(
            request,
            status,
            'text/xml',
            requestId,
            encodeQueryFaultXml(service, fault, requestId),
            sealed,
          );
    case 'json':
    case 'rest-json': {
      const type = service.protocol === 'json' ? jsonType(service) : 'application/json';
      return respond(request, status, type, requestId, encodeJsonFault(service, fault), {
        ...sealed,
        'x-amzn-errortype': code,
      });
    }
  }
}

function jsonType(service: ServiceModel): string {
  return `application/x-amz-json-${service.jsonVersion ?? '1.1'}`;
}

function wantsJson(request: WireRequest): boolean {
  return header(request, 'accept')?.startsWith('application/json') === true;
}

function respond(
  request: WireRequest,
  status: number,
  type: string,
  requestId: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): WireResponse {
  const isFromBrowser = header(request, 'origin') !== undefined;
  return {
    status,
    headers: {
      'content-type': type,
      'x-amzn-requestid': requestId,
      ...headers,
      ...(isFromBrowser ? readableByBrowsers : {}),
    },
    body,
  };
}
