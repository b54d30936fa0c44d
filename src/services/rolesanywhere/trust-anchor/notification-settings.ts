import type { ExpiryEvent, NotificationSetting } from '#stores/identity';
import type { RolesanywhereTypes } from '#wire/model';
import { invalid } from '../base/faults.ts';

const events: readonly ExpiryEvent[] = ['CA_CERTIFICATE_EXPIRY', 'END_ENTITY_CERTIFICATE_EXPIRY'];
const defaultThresholdDays = 45;

/**
 * The settings of a request as they are stored. Throws ValidationException for an event that comes twice, and for a setting that is on
 * without a threshold (IAM Roles Anywhere API Reference, "NotificationSetting").
 */
export function readSettings(
  given: readonly RolesanywhereTypes.NotificationSetting[] | undefined,
  configuredBy: string,
): readonly NotificationSetting[] {
  const settings = given ?? [];
  if (new Set(settings.map(({ event }) => event)).size !== settings.length) {
    throw invalid('There can be one notification setting for an event and channel.');
  }
  return settings.map(({ event, enabled, threshold }) => {
    if (enabled && threshold === undefined) {
      throw invalid('A notification setting that is enabled must have a threshold.');
    }
    return {
      event: event as ExpiryEvent,
      isEnabled: enabled,
      ...(threshold === undefined ? {} : { thresholdDays: threshold }),
      configuredBy,
    };
  });
}

/** The settings once others were put in; one for the same event gives way. */
export function mergeSettings(
  present: readonly NotificationSetting[],
  put: readonly NotificationSetting[],
): readonly NotificationSetting[] {
  const kept = present.filter((setting) => put.every(({ event }) => event !== setting.event));
  return [...kept, ...put];
}

/** The settings without those for these events, for which the defaults count again. */
export function resetSettings(
  present: readonly NotificationSetting[],
  keys: readonly RolesanywhereTypes.NotificationSettingKey[],
): readonly NotificationSetting[] {
  return present.filter((setting) => keys.every(({ event }) => event !== setting.event));
}

/** One setting for each event, the default where the account has none (IAM Roles Anywhere User Guide, "Customize notification settings"). */
export function describeSettings(
  settings: readonly NotificationSetting[],
): readonly RolesanywhereTypes.NotificationSettingDetail[] {
  return events.map((event) => {
    const own = settings.find((setting) => setting.event === event);
    const shown =
      own ??
      ({
        isEnabled: true,
        thresholdDays: defaultThresholdDays,
        configuredBy: 'rolesanywhere.amazonaws.com',
      } as const);
    return {
      enabled: shown.isEnabled,
      event,
      ...(shown.thresholdDays === undefined ? {} : { threshold: shown.thresholdDays }),
      channel: 'ALL',
      configuredBy: shown.configuredBy,
    };
  });
}
