import { defineOperation } from '#services/operation';
import { eksOperations } from '#wire/model';
import {
  aboutAssociation,
  associationArn,
  describeAssociation,
  findAssociation,
  requireAssociation,
} from './association.ts';

/** Ends an association; credentials that its pods have last until they expire (Amazon EKS API Reference, "DeletePodIdentityAssociation"). */
export const deletePodIdentityAssociation = defineOperation(eksOperations.DeletePodIdentityAssociation, {
  callers: 'signed',
  effect: 'change',
  load: (input, world) => findAssociation(world, input),
  authorize: (input, found, world) => [
    aboutAssociation('DeletePodIdentityAssociation', associationArn(world, input), found),
  ],
  run: async (input, _found, call) => {
    const document = await call.identity.write(({ state, delete: remove }) => {
      const found = requireAssociation({ ...call, state }, input);
      remove('pod-identity-association', found.id);
      return found;
    });
    return describeAssociation(document);
  },
});
