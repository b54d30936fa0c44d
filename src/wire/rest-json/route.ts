import { fault } from '#wire/faults';
import type { OperationModel, ServiceModel } from '#wire/model';

/** An operation found by method and path, with what the path says in the places its template names. */
export interface RestRoute {
  readonly operation: OperationModel;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * The operation of a REST service that answers this method and raw path, or undefined when none does.
 * Throws SerializationException for a label with a malformed percent escape.
 */
export function matchRoute(service: ServiceModel, method: string, path: string): RestRoute | undefined {
  for (const operation of service.operations.values()) {
    if (operation.http.method !== method) continue;
    const labels = matchTemplate(operation.http.uri, path);
    if (labels !== undefined) return { operation, labels };
  }
  return undefined;
}

/** Labels of a path that fits a template such as `/clusters/{clusterName}/assume`; `{name+}` takes the rest of the path. */
function matchTemplate(template: string, path: string): Readonly<Record<string, string>> | undefined {
  const labels: [string, string][] = [];
  const wanted = template.split('/');
  const given = path.split('/');
  for (const [index, segment] of wanted.entries()) {
    const isLabel = segment.startsWith('{');
    const isGreedy = isLabel && segment.endsWith('+}');
    const text = isGreedy ? given.slice(index).join('/') : given[index];
    if (!isLabel) {
      if (segment !== text) return undefined;
      continue;
    }
    if (text === undefined || text === '') return undefined;
    labels.push([segment.slice(1, isGreedy ? -2 : -1), unescapeLabel(text)]);
    if (isGreedy) return Object.fromEntries(labels);
  }
  return wanted.length === given.length ? Object.fromEntries(labels) : undefined;
}

function unescapeLabel(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw fault('SerializationException', 'The path contains a percent escape that is not valid UTF-8.');
  }
}
