import { isRegion } from '#core/regions';
import { namedService } from '#core/sigv4';
import type { CertificateOperation, FederatedOperation, Operation, Unsupported } from '#services/operation';
import { couldNotFindOperation, fault } from '#wire/faults';
import { type ServiceModel, type ServiceName, serviceModels } from '#wire/model';
import { type Params, parseForm } from '#wire/query';
import { matchRoute } from '#wire/rest-json';
import { header, type WireRequest, type WireResponse } from '../exchange.ts';
import type { Destination } from './authenticate.ts';

/** The operations of every service that this house knows. */
export type ServiceTables = Partial<
  Readonly<
    Record<
      ServiceName,
      Readonly<Record<string, Operation | FederatedOperation | CertificateOperation | Unsupported>>
    >
  >
>;

/** Where a request goes: to an operation, or nowhere, with the answer of AWS's front end. */
export type Route =
  | {
      readonly kind: 'operation';
      readonly model: ServiceModel;
      readonly operation: Operation | FederatedOperation | CertificateOperation | Unsupported;
      /** Query services: the decoded parameters. */
      readonly params: Params | undefined;
      /** REST-JSON services: the labels of the path. */
      readonly labels: Readonly<Record<string, string>> | undefined;
      /** The Region that the host names, when it names one. */
      readonly region: string | undefined;
      readonly isGlobalEndpoint: boolean;
    }
  | { readonly kind: 'answer'; readonly response: WireResponse };

const formType = /^application\/x-www-form-urlencoded\s*(;|$)/i;
const productPage = 'https://aws.amazon.com/iam';

/**
 * Finds the operation a request is for: by target header, path, or action and version; the service first by the credential scope.
 * Nothing here is proven yet: a wrong guess meets the scope check. Throws Fault InvalidAction or MalformedQueryString.
 */
export function route(request: WireRequest, services: ServiceTables, domain: string | undefined): Route {
  if (request.method === 'OPTIONS') return answer(200, corsHeaders);
  const { path, query } = splitTarget(request.target);
  if (/%(?![0-9A-Fa-f]{2})/.test(request.target)) return answer(400, {});
  const host = readHost(request, domain);
  const jsonTarget = header(request, 'x-amz-target');
  if (jsonTarget !== undefined && path === '/') return routeTarget(jsonTarget, services, host);
  if (path !== '/') return routePath(request.method, path, services, host);
  return routeAction(request, query, services, host);
}

function routeTarget(target: string, services: ServiceTables, host: Host): Route {
  const [prefix = '', name = ''] = target.split('.').length > 1 ? splitLast(target) : ['', target];
  for (const [service, table] of Object.entries(services)) {
    const model = serviceModels[service as ServiceName];
    if (prefix === '' || !isPrefixOf(model, prefix)) continue;
    const operation = Object.hasOwn(table, name) ? table[name] : undefined;
    if (operation !== undefined)
      return { kind: 'operation', model, operation, params: undefined, labels: undefined, ...sentTo(host) };
  }
  return answer(
    400,
    { 'content-type': 'application/x-amz-json-1.1' },
    '{"__type":"UnknownOperationException"}',
  );
}

/** CloudTrail is called by its whole prefix, as botocore does, and by the last part of it, as the newer SDKs do. */
function isPrefixOf({ targetPrefix }: ServiceModel, prefix: string): boolean {
  return targetPrefix === prefix || targetPrefix?.endsWith(`.${prefix}`) === true;
}

function splitLast(target: string): readonly [string, string] {
  const dot = target.lastIndexOf('.');
  return [target.slice(0, dot), target.slice(dot + 1)];
}

function routePath(method: string, path: string, services: ServiceTables, host: Host): Route {
  for (const [service, table] of Object.entries(services)) {
    const model = serviceModels[service as ServiceName];
    const matched = model.protocol === 'rest-json' ? matchRoute(model, method, path) : undefined;
    const operation = matched === undefined ? undefined : table[matched.operation.name];
    if (matched !== undefined && operation !== undefined) {
      return {
        kind: 'operation',
        model,
        operation,
        params: undefined,
        labels: matched.labels,
        ...sentTo(host),
      };
    }
  }
  return answer(404, {}, '<UnknownOperationException/>\n');
}

function routeAction(request: WireRequest, query: string, services: ServiceTables, host: Host): Route {
  const isPost = request.method === 'POST';
  const isForm = formType.test(header(request, 'content-type') ?? '');
  if (!isPost && request.method !== 'GET') return answer(404, {}, '<UnknownOperationException/>\n');
  if (isPost && !isForm) return answer(302, { location: productPage });
  const params = parseForm(isPost ? joinForms(query, readText(request.body)) : query);
  const action = params.first('Action');
  if (action === undefined) {
    return answer(302, { location: isPost || query === '' ? productPage : `${productPage}?${query}` });
  }
  const version = params.first('Version');
  const service = queryService(request, query, version, host);
  const model = serviceModels[service];
  const table = services[service];
  if (version !== model.apiVersion || table === undefined || !Object.hasOwn(table, action)) {
    throw couldNotFindOperation(action, version);
  }
  const operation = table[action];
  if (operation === undefined) throw couldNotFindOperation(action, version);
  return { kind: 'operation', model, operation, params, labels: undefined, ...sentTo(host) };
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Throws MalformedQueryString for bytes that are not UTF-8. */
function readText(body: Uint8Array): string {
  try {
    return utf8.decode(body);
  } catch {
    throw fault('MalformedQueryString', 'The request body is not valid UTF-8.');
  }
}

function joinForms(query: string, body: string): string {
  return query === '' ? body : `${query}&${body}`;
}

/** STS or IAM: by credential scope, else by version, else by host. */
function queryService(
  request: WireRequest,
  query: string,
  version: string | undefined,
  host: Host,
): 'sts' | 'iam' {
  const named = namedService(header(request, 'authorization'), query) ?? host.service;
  if (named === 'iam' || named === 'sts') return named;
  return version === serviceModels.iam.apiVersion ? 'iam' : 'sts';
}

interface Host {
  readonly service: string | undefined;
  readonly region: string | undefined;
  readonly isGlobal: boolean;
}

function sentTo({ region, isGlobal }: Host): Pick<Destination, 'region' | 'isGlobalEndpoint'> {
  return { region, isGlobalEndpoint: isGlobal };
}

/**
 * What a host says of service and Region: `sts.eu-west-1.localhost` names both, `sts.amazonaws.com` and `sts.<domain>` are the global
 * endpoint of us-east-1; an address or any other name says nothing.
 */
function readHost(request: WireRequest, domain: string | undefined): Host {
  const host = (header(request, 'host') ?? '').toLowerCase().replace(/:\d+$/, '');
  const [service, region] = host.split('.');
  if (region !== undefined && isRegion(region)) return { service, region, isGlobal: false };
  const isGlobal =
    host === `${service}.amazonaws.com` || (domain !== undefined && host === `${service}.${domain}`);
  return isGlobal
    ? { service, region: 'us-east-1', isGlobal }
    : { service: undefined, region: undefined, isGlobal };
}

function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const mark = target.indexOf('?');
  return mark < 0
    ? { path: target, query: '' }
    : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/** Browsers may call; what a call may do is decided by its signature alone. */
const corsHeaders = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET,POST,PUT',
  'access-control-allow-headers': '*',
  'access-control-max-age': '172800',
};

function answer(status: number, headers: Readonly<Record<string, string>>, body = ''): Route {
  return { kind: 'answer', response: { status, headers, body } };
}
