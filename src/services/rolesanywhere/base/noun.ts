import { defineOperation, type Operation } from '#services/operation';
import type { IdentityTransaction } from '#stores/identity';
import type { OperationModel } from '#wire/model';
import { page } from './page.ts';
import {
  aboutEverything,
  aboutResource,
  listResources,
  type NamedResource,
  placeOf,
  presentResource,
  type ResourceDocuments,
  type ResourceKind,
  storedKind,
} from './resource.ts';

/** What the operations that differ only by noun need to know of one. */
export interface Noun<K extends ResourceKind, I, O> {
  readonly kind: K;
  readonly idOf: (input: I) => string;
  readonly answer: (document: ResourceDocuments[K]) => O;
}

interface ListInput {
  readonly nextToken?: string | undefined;
  readonly pageSize?: number | undefined;
}

/** The resource that a request names by its id. */
export function nameById<K extends ResourceKind, I, O>(
  { kind, idOf }: Noun<K, I, O>,
  input: I,
  world: Parameters<typeof placeOf>[0],
): NamedResource {
  return { kind, id: idOf(input), ...placeOf(world) };
}

/** GetTrustAnchor, GetProfile, GetCrl and GetSubject. */
export function getResource<K extends ResourceKind, I, O>(
  model: OperationModel<I, O>,
  noun: Noun<K, I, O>,
): Operation {
  return defineOperation<I, O, NamedResource>(model, {
    callers: 'signed',
    effect: 'read',
    load: (input, world) => nameById(noun, input, world),
    authorize: (_input, named, { state }) => [aboutResource(model.name, state, named)],
    run: (_input, named, { state }) => noun.answer(presentResource(state, noun.kind, named)),
  });
}

/** ListTrustAnchors, ListProfiles, ListCrls and ListSubjects. */
export function listResource<K extends ResourceKind, I extends ListInput, O>(
  model: OperationModel<I, O>,
  kind: K,
  answer: (documents: readonly ResourceDocuments[K][], token: { readonly nextToken?: string }) => O,
): Operation {
  return defineOperation<I, O, undefined>(model, {
    callers: 'signed',
    effect: 'read',
    load: () => undefined,
    authorize: () => [aboutEverything(model.name)],
    run: (input, _loaded, call) => {
      const { shown, token } = page(listResources(call.state, kind, placeOf(call)), input);
      return answer(shown, token);
    },
  });
}

/** Changes one resource: what `change` returns takes its place. It may throw Fault. */
export function changeResource<K extends Exclude<ResourceKind, 'subject'>, I, O>(
  model: OperationModel<I, O>,
  noun: Noun<K, I, O>,
  change: (present: ResourceDocuments[K], input: I) => ResourceDocuments[K],
): Operation {
  return defineOperation<I, O, NamedResource>(model, {
    callers: 'signed',
    effect: 'change',
    load: (input, world) => nameById(noun, input, world),
    authorize: (_input, named, { state }) => [aboutResource(model.name, state, named)],
    run: (input, named, { identity, now }) =>
      identity.write((transaction) => {
        const changed = change(presentResource(transaction.state, noun.kind, named), input);
        const document = { ...changed, updatedAt: now };
        transaction.put(storedKind(noun.kind), document as never);
        return noun.answer(document);
      }),
  });
}

/** EnableTrustAnchor, DisableTrustAnchor and the same of profiles and lists. */
export function switchResource<K extends Exclude<ResourceKind, 'subject'>, I, O>(
  model: OperationModel<I, O>,
  noun: Noun<K, I, O>,
  isEnabled: boolean,
): Operation {
  return changeResource(model, noun, (present) => ({ ...present, isEnabled }));
}

/** DeleteTrustAnchor, DeleteProfile and DeleteCrl. `alsoDelete` takes away what cannot be without it. */
export function deleteResource<K extends Exclude<ResourceKind, 'subject'>, I, O>(
  model: OperationModel<I, O>,
  noun: Noun<K, I, O>,
  alsoDelete?: (deleted: ResourceDocuments[K], transaction: IdentityTransaction) => void,
): Operation {
  return defineOperation<I, O, NamedResource>(model, {
    callers: 'signed',
    effect: 'change',
    load: (input, world) => nameById(noun, input, world),
    authorize: (_input, named, { state }) => [aboutResource(model.name, state, named)],
    run: (_input, named, { identity }) =>
      identity.write((transaction) => {
        const present = presentResource(transaction.state, noun.kind, named);
        transaction.delete(storedKind(noun.kind), present.id);
        alsoDelete?.(present, transaction);
        return noun.answer(present);
      }),
  });
}
