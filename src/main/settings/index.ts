/**
 * What the operator chose: flags, environment and one YAML file, checked strictly and put in order of precedence.
 * A wrong or unknown setting stops the start; nothing is guessed and no secret is shown. It reads files only through the
 * function it is handed and opens nothing. Called by the command line; what it returns is handed to `serve`.
 */
export {
  type AuthorizerFlags,
  loadAuthorizerSettings,
  type RemoteAuthorizerSettings,
} from './load-authorizer.ts';
export { type GatewayFlags, loadGatewaySettings, type RemoteGatewaySettings } from './load-gateway.ts';
export { type ImdsFlags, loadImdsSettings, type RemoteInstanceSettings } from './load-imds.ts';
export { loadPodAgentSettings, type PodAgentFlags, type PodAgentSettings } from './load-pod-agent.ts';
export { loadSettings } from './load-settings.ts';
export { loadWebhookSettings, type WebhookFlags, type WebhookSettings } from './load-webhook.ts';
export { settingKeys } from './schema.ts';
export {
  type AuthorizerSettings,
  type ClusterSettings,
  type ContainerSettings,
  type GatewaySettings,
  type InstanceSettings,
  type ListenAddress,
  type LogLevel,
  type Settings,
  SettingsError,
  type TlsFiles,
} from './settings.ts';
export type { SettingsInput } from './settings-input.ts';
export type { Flags } from './source.ts';
export { formatListenAddress } from './values.ts';
