import { defineOperation, unitPath } from '#services/operation';
import type { OrganizationalUnitDocument } from '#stores/identity';
import { organizationsOperations } from '#wire/model';
import { unitAnswer } from '../answers.ts';
import { constraintViolation, notFound } from '../faults.ts';
import { findOrganization, managedOrganization } from '../membership.ts';
import { createUnitId, unusedId } from '../names.ts';
import { firstAttachments } from '../policy/attachments.ts';
import { quotas } from '../quotas.ts';
import { aboutTagging, readTags, requestTagContext } from '../tags.ts';
import { aboutTarget, findParent } from '../target.ts';
import { checkUnitName } from './unit-name.ts';

/** Creates an organizational unit in the root or in another unit (Organizations API, "CreateOrganizationalUnit"). */
export const createOrganizationalUnit = defineOperation(organizationsOperations.CreateOrganizationalUnit, {
  callers: 'signed',
  effect: 'change',
  load: (input, { state, caller }) => ({
    organization: findOrganization(state, caller),
    tags: readTags(input.Tags),
  }),
  authorize: (input, { organization, tags }, { state }) => [
    aboutTarget('CreateOrganizationalUnit', state, organization, input.ParentId, requestTagContext(tags)),
    ...aboutTagging(tags),
  ],
  run: async (input, { tags }, { identity, caller, now, random }) =>
    identity.write(({ state, put }) => {
      const organization = managedOrganization(state, caller);
      const parent = findParent(state, organization, input.ParentId);
      if (parent === undefined) throw notFound('ParentNotFoundException');
      const units = state.all('organizational-unit');
      checkUnitName(state, parent.id, input.Name);
      const unit: OrganizationalUnitDocument = {
        id: unusedId(
          () => createUnitId(organization, random),
          (id) => units.get(id) !== undefined,
        ),
        organization: organization.id,
        parent: parent.id,
        name: input.Name,
        createdAt: now,
        tags,
      };
      // The path of a unit begins with the root, which is no unit.
      const depth = parent.type === 'ROOT' ? 0 : unitPath(state, parent.unit).length - 1;
      if (depth >= quotas.UnitDepth) throw constraintViolation('OU_DEPTH_LIMIT_EXCEEDED');
      if (units.owned(organization.id).length >= quotas.UnitsPerOrganization) {
        throw constraintViolation('OU_NUMBER_LIMIT_EXCEEDED');
      }
      put('organizational-unit', unit);
      for (const attachment of firstAttachments(organization, unit.id)) put('policy-attachment', attachment);
      return { OrganizationalUnit: unitAnswer(state, organization, unit) };
    }),
});
