import type { WireRequest, WireResponse } from '#pipeline';
import { AnnotationError, type InjectionDefaults, readPodRole, readSkipped } from './identity.ts';
import { type Addition, injectRole } from './inject.ts';
import { type Fields, fieldsAt, isFields, textAt } from './json.ts';
import type { FindAnnotations } from './service-accounts.ts';

/** What became of a pod, for the log. */
export interface AdmittedPod {
  readonly namespace: string;
  /** What the pod is called, or what its name begins with. */
  readonly name: string;
  readonly serviceAccount: string;
  readonly roleArn: string | undefined;
  /** How many changes were made. */
  readonly changes: number;
}

export interface AdmissionOptions {
  readonly defaults: InjectionDefaults;
  readonly findAnnotations: FindAnnotations;
  readonly onAdmitted: (pod: AdmittedPod) => void;
  /** Told of pods that were refused, and why. */
  readonly onRefused: (what: string, cause: unknown) => void;
}

/** The API server takes no object that is longer. */
const longestReviewBytes = 3_145_728;
const apiVersion = 'admission.k8s.io/v1';

/** What the API server is told of one request. */
interface Verdict {
  readonly allowed: boolean;
  readonly status?: { readonly code: number; readonly message: string };
  readonly patch?: readonly Addition[];
}

const unchanged: Verdict = { allowed: true };

/**
 * Answers the API server's questions about pods (Kubernetes documentation, "Dynamic Admission Control"): POST of an AdmissionReview to
 * `/mutate`. A pod whose service account cannot be read is refused: without its role it would act as its node.
 */
export function createAdmission(options: AdmissionOptions): (request: WireRequest) => Promise<WireResponse> {
  const { defaults, findAnnotations, onAdmitted, onRefused } = options;

  async function judge(request: Fields): Promise<Verdict> {
    const { group, resource } = fieldsAt(request, 'resource');
    if (group !== '' || resource !== 'pods') return deny(400, 'Only pods are admitted here.');
    // Containers that are added to a running pod for debugging get what it has; whatever else happens to pods changes no containers.
    if (request.operation !== 'CREATE' || (textAt(request, 'subResource') ?? '') !== '') return unchanged;
    const pod = request.object;
    const namespace = textAt(request, 'namespace');
    if (!isFields(pod) || !isFields(pod.spec) || namespace === undefined)
      return deny(400, 'The review holds no pod.');
    return await judgePod(pod, namespace);
  }

  async function judgePod(pod: Fields, namespace: string): Promise<Verdict> {
    const metadata = fieldsAt(pod, 'metadata');
    const serviceAccount = textAt(fieldsAt(pod, 'spec'), 'serviceAccountName') ?? 'default';
    const whose = `service account ${serviceAccount} in namespace ${namespace}`;
    let annotations: Fields;
    try {
      annotations = await findAnnotations(namespace, serviceAccount);
    } catch (error) {
      onRefused(`${whose} cannot be read`, error);
      return deny(503, `Brevet cannot read ${whose}, so it is not known which role the pod is to have.`);
    }
    try {
      const own = fieldsAt(metadata, 'annotations');
      const role = readPodRole(annotations, own, defaults);
      const patch = role === undefined ? [] : injectRole(pod, role, readSkipped(own, defaults), defaults);
      onAdmitted({
        namespace,
        name: textAt(metadata, 'name') ?? textAt(metadata, 'generateName') ?? '',
        serviceAccount,
        roleArn: role?.roleArn,
        changes: patch.length,
      });
      return patch.length === 0 ? unchanged : { allowed: true, patch };
    } catch (error) {
      const isOfAccount = error instanceof AnnotationError;
      const why = isOfAccount ? `Of ${whose}: ${error.message}.` : 'The pod is not of the form of a pod.';
      onRefused(why, error);
      return deny(isOfAccount ? 403 : 400, why);
    }
  }

  return async ({ method, target, rawHeaders, body }) => {
    if (target === '/healthz' && method === 'GET') return plain(200, 'ok');
    const [path] = target.split('?');
    if (path !== '/mutate') return plain(404, 'There is nothing but /mutate.');
    if (method !== 'POST') return plain(405, 'Only POST is answered.');
    if (!isJson(rawHeaders)) return plain(415, 'Only application/json is read.');
    if (body.length > longestReviewBytes) return plain(413, 'The review is too long.');
    const review = parseReview(body);
    if (review === undefined) return plain(400, `The body is no AdmissionReview of ${apiVersion}.`);
    return answer(review.uid, await judge(review.request));
  };
}

function deny(code: number, message: string): Verdict {
  return { allowed: false, status: { code, message } };
}

function isJson(rawHeaders: readonly string[]): boolean {
  const at = rawHeaders.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'content-type');
  return /^application\/json\s*(;|$)/i.test(at < 0 ? '' : (rawHeaders[at + 1] ?? ''));
}

function parseReview(body: Uint8Array): { readonly uid: string; readonly request: Fields } | undefined {
  let review: unknown;
  try {
    review = JSON.parse(Buffer.from(body).toString());
  } catch {
    return undefined;
  }
  if (!isFields(review) || review.kind !== 'AdmissionReview' || review.apiVersion !== apiVersion)
    return undefined;
  const { request } = review;
  const uid = isFields(request) ? textAt(request, 'uid') : undefined;
  return isFields(request) && uid !== undefined && uid !== '' ? { uid, request } : undefined;
}

function answer(uid: string, { allowed, status, patch }: Verdict): WireResponse {
  const changes =
    patch === undefined
      ? {}
      : { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') };
  const response = { uid, allowed, ...(status === undefined ? {} : { status }), ...changes };
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ apiVersion, kind: 'AdmissionReview', response }),
  };
}

function plain(status: number, body: string): WireResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}
