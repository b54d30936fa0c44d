import { parsePath } from '#servers/authorizer';

/** A rule that says what some requests mean to policy. */
export interface RouteSettings {
  /** Any method unless given. */
  readonly methods?: readonly string[] | undefined;
  /** `/orders/{id}` or `/files/{key+}`: `{name}` is one segment, `{name+}` at the end one or more. */
  readonly path: string;
  readonly action: string;
  /** An ARN in which `{name}` stands for what the path has there. */
  readonly resource: string;
}

/** A rule, ready to be asked: what is put to policy for a request it is about, undefined for any other. */
export type Route = (
  method: string,
  path: string,
) => { readonly action: string; readonly resource: string } | undefined;

/** A rule that cannot mean anything. */
export class RouteError extends Error {
  readonly code = 'InvalidRoute';
}

/** Reads a rule. Throws RouteError. */
export function parseRoute({ methods, path, action, resource }: RouteSettings): Route {
  const segments = path.split('/').slice(1);
  if (!path.startsWith('/')) throw new RouteError('the path does not begin with a slash');
  const names: string[] = [];
  const patterns = segments.map((segment, index) => {
    const variable = /^\{([A-Za-z][A-Za-z0-9]*)(\+?)\}$/.exec(segment);
    if (variable === null) {
      if (/[{}]/.test(segment)) throw new RouteError('a {name} is a whole segment');
      return escapePattern(segment);
    }
    const [, name = '', greedy] = variable;
    if (names.includes(name)) throw new RouteError(`{${name}} is there twice`);
    names.push(name);
    if (greedy !== '+') return '([^/]+)';
    if (index < segments.length - 1) throw new RouteError(`{${name}+} is not at the end`);
    return '(.+)';
  });
  const plain = path.replaceAll(/[{}+]/g, '');
  if (parsePath(plain) !== plain) throw new RouteError('the path has an escape');
  if (!/^[a-z0-9-]+:[A-Za-z0-9]+$/.test(action)) throw new RouteError('the action is not SERVICE:Action');
  if (resource !== '*' && !resource.startsWith('arn:')) throw new RouteError('the resource is not an ARN');
  for (const [, name = ''] of resource.matchAll(/\{([^}]*)\}/g))
    if (!names.includes(name)) throw new RouteError(`the path has no {${name}}`);
  const pattern = new RegExp(`^/${patterns.join('/')}$`, 's');
  return (method, requested) => {
    if (methods !== undefined && !methods.includes(method)) return undefined;
    const match = pattern.exec(requested);
    if (match === null) return undefined;
    // One pass, so that a value that looks like `{name}` is not replaced again.
    const filled = resource.replaceAll(
      /\{([^}]*)\}/g,
      (_, name: string) => match[names.indexOf(name) + 1] ?? '',
    );
    return { action, resource: filled };
  };
}

function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&');
}
