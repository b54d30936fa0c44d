import { defineOperation, loadNothing } from '#services/operation';
import { rolesanywhereOperations as models, type RolesanywhereTypes } from '#wire/model';
import { aboutCreating, checkQuota, newResource } from '../base/create.ts';
import {
  changeResource,
  deleteResource,
  getResource,
  listResource,
  type Noun,
  nameById,
  switchResource,
} from '../base/noun.ts';
import { aboutResource, presentResource } from '../base/resource.ts';
import { readSource } from './certificates.ts';
import { describeTrustAnchor, trustAnchorNoun } from './describe-trust-anchor.ts';
import { mergeSettings, readSettings, resetSettings } from './notification-settings.ts';

/** Makes a trust anchor of certificates of authorities (IAM Roles Anywhere API Reference, "CreateTrustAnchor"). */
export const createTrustAnchor = defineOperation(models.CreateTrustAnchor, {
  callers: 'signed',
  effect: 'change',
  load: loadNothing,
  authorize: ({ tags }) => aboutCreating('CreateTrustAnchor', tags),
  run: (input, _loaded, call) => {
    const anchor = {
      ...newResource(input, call),
      certificates: readSource(input.source),
      notificationSettings: readSettings(input.notificationSettings, call.caller.account.id),
    };
    return call.identity.write((transaction) => {
      checkQuota('trust-anchor', transaction, anchor);
      transaction.put('trust-anchor', anchor);
      return { trustAnchor: describeTrustAnchor(anchor) };
    });
  },
});

/** Changes the name or the certificates; what the request leaves out stays ("UpdateTrustAnchor"). */
export const updateTrustAnchor = changeResource(
  models.UpdateTrustAnchor,
  trustAnchorNoun,
  (present, { name, source }) => ({
    ...present,
    ...(name === undefined ? {} : { name }),
    ...(source === undefined ? {} : { certificates: readSource(source) }),
  }),
);

export const getTrustAnchor = getResource(models.GetTrustAnchor, trustAnchorNoun);
export const enableTrustAnchor = switchResource(models.EnableTrustAnchor, trustAnchorNoun, true);
export const disableTrustAnchor = switchResource(models.DisableTrustAnchor, trustAnchorNoun, false);

/** Deletes a trust anchor, and the revocation lists of what it vouched for ("DeleteTrustAnchor"). */
export const deleteTrustAnchor = deleteResource(
  models.DeleteTrustAnchor,
  trustAnchorNoun,
  ({ id }, { state, delete: remove }) => {
    for (const list of state.all('revocation-list').owned(id)) remove('revocation-list', list.id);
  },
);

export const listTrustAnchors = listResource(models.ListTrustAnchors, 'trust-anchor', (anchors, token) => ({
  trustAnchors: anchors.map(describeTrustAnchor),
  ...token,
}));

const settingsNoun: Noun<
  'trust-anchor',
  RolesanywhereTypes.ScalarTrustAnchorRequest,
  RolesanywhereTypes.PutNotificationSettingsResponse
> = trustAnchorNoun;

/** Sets when the account wants to be told of expiring certificates ("PutNotificationSettings"). Brevet keeps it and tells nobody. */
export const putNotificationSettings = defineOperation(models.PutNotificationSettings, {
  callers: 'signed',
  effect: 'change',
  load: (input, world) => nameById(settingsNoun, input, world),
  authorize: (_input, named, { state }) => [aboutResource('PutNotificationSettings', state, named)],
  run: (input, named, { identity, caller, now }) => {
    const put = readSettings(input.notificationSettings, caller.account.id);
    return identity.write((transaction) => {
      const present = presentResource(transaction.state, 'trust-anchor', named);
      const notificationSettings = mergeSettings(present.notificationSettings, put);
      const anchor = { ...present, notificationSettings, updatedAt: now };
      transaction.put('trust-anchor', anchor);
      return { trustAnchor: describeTrustAnchor(anchor) };
    });
  },
});

/** Goes back to the default settings for some events ("ResetNotificationSettings"). */
export const resetNotificationSettings = changeResource(
  models.ResetNotificationSettings,
  settingsNoun,
  (present, { notificationSettingKeys }) => ({
    ...present,
    notificationSettings: resetSettings(present.notificationSettings, notificationSettingKeys),
  }),
);
