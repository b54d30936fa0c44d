import { rootArn } from '#core/arn';
import { compareText } from '#core/text';
import { formatIsoSeconds, type Instant } from '#core/time';
import { passwordExpiry, userArn } from '#services/operation';
import type {
  AccessKeyDocument,
  AccountDocument,
  IdentityState,
  LoginProfileDocument,
  UserDocument,
} from '#stores/identity';

const keyColumns = [
  'active',
  'last_rotated',
  'last_used_date',
  'last_used_region',
  'last_used_service',
] as const;
const columns = [
  'user',
  'arn',
  'user_creation_time',
  'password_enabled',
  'password_last_used',
  'password_last_changed',
  'password_next_rotation',
  'mfa_active',
  ...keyColumns.map((column) => `access_key_1_${column}`),
  ...keyColumns.map((column) => `access_key_2_${column}`),
  'cert_1_active',
  'cert_1_last_rotated',
  'cert_2_active',
  'cert_2_last_rotated',
  'additional_credentials_info',
];
const absent = 'N/A';
const absentKey = ['false', absent, absent, absent, absent] as const;
/** There are no signing certificates and no credentials of other kinds. */
const absentRest = ['false', absent, 'false', absent, absent] as const;

/**
 * Who in the account has which credentials and when they were last used and changed: the root, then every user, as CSV
 * (IAM User Guide, "Generate credential reports"; RFC 4180 with line feeds).
 */
export function writeCredentialReport(state: IdentityState, account: AccountDocument): string {
  const users = state.all('user').list(account.id);
  const rows = [columns, rootRow(state, account), ...users.map((user) => userRow(state, account, user))];
  return rows.map((row) => row.map(quote).join(',')).join('\n');
}

function rootRow(state: IdentityState, account: AccountDocument): readonly string[] {
  const notSupported = 'not_supported';
  return [
    '<root_account>',
    rootArn(account.id),
    date(account.createdAt),
    notSupported,
    'no_information',
    notSupported,
    notSupported,
    ...keysAndDevices(state, account.id),
  ];
}

function userRow(state: IdentityState, account: AccountDocument, user: UserDocument): readonly string[] {
  return [
    user.name,
    userArn(user),
    date(user.createdAt),
    ...passwordColumns(account, user, state.all('login-profile').get(user.id)),
    ...keysAndDevices(state, user.id),
  ];
}

function passwordColumns(
  account: AccountDocument,
  user: UserDocument,
  profile: LoginProfileDocument | undefined,
): readonly string[] {
  if (profile === undefined) return ['false', absent, absent, absent];
  const expiry = passwordExpiry(account, profile);
  return [
    'true',
    user.passwordLastUsedAt === undefined ? 'no_information' : date(user.passwordLastUsedAt),
    date(profile.changedAt),
    expiry === undefined ? absent : date(expiry),
  ];
}

function keysAndDevices(state: IdentityState, owner: string): readonly string[] {
  const [first, second] = [...state.all('access-key').list(owner)].sort(
    (left, right) => left.createdAt - right.createdAt || compareText(left.id, right.id),
  );
  return [
    String(state.all('mfa-device').owned(owner).length > 0),
    ...keyOf(state, first),
    ...keyOf(state, second),
    ...absentRest,
  ];
}

function keyOf(state: IdentityState, key: AccessKeyDocument | undefined): readonly string[] {
  if (key === undefined) return absentKey;
  const lastUsed = state.all('last-used').get(key.id);
  return [
    String(key.status === 'Active'),
    date(key.createdAt),
    ...(lastUsed === undefined
      ? [absent, absent, absent]
      : [date(lastUsed.at), lastUsed.region, lastUsed.service]),
  ];
}

function date(instant: Instant): string {
  return formatIsoSeconds(instant).replace('Z', '+00:00');
}

/** Names and paths may hold commas; paths quotation marks too. */
function quote(field: string): string {
  return /[",\n\r]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
