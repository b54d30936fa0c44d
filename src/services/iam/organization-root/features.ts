import { defineOperation, loadNothing, type Operation } from '#services/operation';
import type { OrganizationDocument, RootFeature } from '#stores/identity';
import { type IamTypes, iamOperations, type OperationModel } from '#wire/model';
import { aboutEverything } from '../base/question.ts';
import { administeredOrganization } from './administered-organization.ts';

type Answer = IamTypes.ListOrganizationsFeaturesResponse;
type SwitchModel = OperationModel<Readonly<Record<never, never>>, Answer>;

/** The features in the order in which answers list them. */
const features: readonly RootFeature[] = ['RootCredentialsManagement', 'RootSessions'];

/** Switches a feature on, by the management account alone (IAM API Reference, "EnableOrganizationsRootSessions"). */
export function defineEnable(model: SwitchModel, feature: RootFeature): Operation {
  return defineSwitch(model, 'management account', (present) =>
    features.filter((one) => one === feature || present.includes(one)),
  );
}

/** Switches a feature off (IAM API Reference, "DisableOrganizationsRootSessions"). Sessions that are open last on, for their 15 minutes. */
export function defineDisable(model: SwitchModel, feature: RootFeature): Operation {
  return defineSwitch(model, 'any administrator', (present) => present.filter((one) => one !== feature));
}

function defineSwitch(
  model: SwitchModel,
  by: 'management account' | 'any administrator',
  change: (present: readonly RootFeature[]) => readonly RootFeature[],
): Operation {
  return defineOperation(model, {
    callers: 'signed',
    effect: 'change',
    load: loadNothing,
    authorize: () => [aboutEverything(model.name)],
    run: async (_input, _loaded, { identity, caller }) =>
      identity.write(({ state, put }) => {
        const organization = administeredOrganization(state, caller, by);
        const changed = { ...organization, rootFeatures: change(organization.rootFeatures ?? []) };
        put('organization', changed);
        return featuresAnswer(changed);
      }),
  });
}

/** Which features are on (IAM API Reference, "ListOrganizationsFeatures"). */
export const listOrganizationsFeatures = defineOperation(iamOperations.ListOrganizationsFeatures, {
  callers: 'signed',
  effect: 'read',
  load: loadNothing,
  authorize: () => [aboutEverything('ListOrganizationsFeatures')],
  run: (_input, _loaded, { state, caller }) =>
    featuresAnswer(administeredOrganization(state, caller, 'any administrator')),
});

function featuresAnswer({ id, rootFeatures = [] }: OrganizationDocument): Answer {
  return { OrganizationId: id, EnabledFeatures: rootFeatures };
}
