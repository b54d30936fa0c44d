import type { AuditResource } from '#core/audit';
import type { AccountId } from '#core/identifiers';
import type { ContextValue } from '#core/policy';
import type { TokenKey } from '#core/session-token';
import type { Instant } from '#core/time';
import type { EventIndex } from '#stores/audit-log';
import type { IdentityState, IdentityStore, RoleDocument, Tag } from '#stores/identity';
import type { SecretBox } from '#stores/keyring';
import type { Fault } from '#wire/faults';
import type { OperationModel } from '#wire/model';
import type { Caller, FederatedCaller, ServiceCaller, UserCaller } from './caller.ts';
import type { Cluster } from './cluster.ts';
import type { GuessLimit } from './guess-limit.ts';
import type { Instance } from './instance.ts';
import type { ProviderKeys } from './provider-keys.ts';
import type { AssumeForService } from './service-session.ts';

/** The state of a moment, whoever asks. */
export interface Moment {
  readonly state: IdentityState;
  /** The Region of the credential scope; of an unsigned request that of its host. */
  readonly region: string;
  readonly now: Instant;
}

/** What a handler may know while it reads: the state of this moment, who asks, and from where. */
export interface World extends Moment {
  readonly caller: Caller;
  readonly box: SecretBox;
  /** True where the request was sent to the global endpoint, which does not do everything that those of Regions do. */
  readonly isGlobalEndpoint: boolean;
  /** Slows down who guesses MFA codes. */
  readonly guesses: GuessLimit;
  /** The Kubernetes clusters of the settings. */
  readonly clusters: readonly Cluster[];
  /** The instances of the settings. */
  readonly instances: readonly Instance[];
}

/** What it takes to make a session for somebody. */
export interface Issuing extends Moment {
  readonly caller: Caller | FederatedCaller | ServiceCaller;
  readonly random: (count: number) => Uint8Array;
  /** The key that seals new session tokens. */
  readonly tokenKey: () => TokenKey;
}

/** What a handler may use while it runs. */
export interface Call extends World, Issuing {
  readonly caller: Caller;
  readonly identity: IdentityStore;
  /** The key that opens tokens sealed with it. */
  readonly findTokenKey: (id: string) => TokenKey | undefined;
  /** The URL of an issuer of web identity tokens, by its id. */
  readonly issuerUrl: (id: string) => string;
  /** What the audit log says, for those it is about. */
  readonly events: Pick<EventIndex, 'find'>;
  /** The keys of those who vouch for others. */
  readonly providerKeys: ProviderKeys;
  /** For operations of which a service of AWS's does a part itself. */
  readonly assumeForService: AssumeForService;
}

/** One question put to policy: may the caller do this to that? Every question of an operation must be answered yes. */
export interface Question {
  /** `iam:CreateUser` */
  readonly action: string;
  /** The ARN, or `*` for actions that have no resource. */
  readonly resource: string;
  /** The account that owns the resource; the caller's when left out. */
  readonly resourceAccount?: AccountId;
  /** Tags of the resource, for `aws:ResourceTag` and `iam:ResourceTag`. */
  readonly resourceTags?: readonly Tag[];
  /** Condition keys of this request, any case: `iam:PolicyARN`, `sts:ExternalId`, `aws:RequestTag/team`, … */
  readonly context?: Readonly<Record<string, ContextValue | undefined>>;
  /**
   * True when a setting of the account allows this to its users, as an identity policy would: denies, boundaries and all that only
   * narrows still hold.
   */
  readonly allowedByAccount?: boolean;
  /**
   * True where the policies of the caller's own account decide alone, although another account owns the resource, as the management
   * account does over the members of its organization. AWS gives no reason for a refusal then.
   */
  readonly callersAccountDecides?: boolean;
  /** Present when a role's trust policy must allow as well. A role that does not exist trusts nobody. */
  readonly trust?: { readonly role: RoleDocument | undefined };
}

/**
 * What the record of a call has beside its input and output as the wire names them (CloudTrail User Guide, "Logging IAM and AWS STS API
 * calls"). The pipeline writes the record.
 */
export interface RecordDetails<O> {
  /** Further request parameters, in CloudTrail's spelling. */
  readonly requestParameters?: Readonly<Record<string, unknown>>;
  /** The response elements, in CloudTrail's spelling, where they are not the output as it is; null for none. */
  readonly responseElements?: (output: O) => Readonly<Record<string, unknown>> | null;
  readonly additionalEventData?: Readonly<Record<string, unknown>>;
  readonly resources?: readonly AuditResource[];
  /** Where the record is of no call of an API. */
  readonly eventType?: 'AwsConsoleSignIn';
  /** What CloudTrail writes of a refusal where it does not write its code and text. */
  readonly refused?: {
    readonly errorMessage: string;
    readonly responseElements: Readonly<Record<string, unknown>>;
  };
  /** True of the call that assumes a root: CloudTrail marks the session of the caller, too. */
  readonly assumesRoot?: true;
  /** Whose resource was used: when it is not the caller's, that account gets a record of its own. */
  readonly owner?: AccountId;
}

/** The phases an operation fills in. Input, output and what was loaded keep their types from one to the next. */
export interface Phases<I, O, L> {
  readonly callers: 'signed';
  /** `read` records its outcome; `change` and `credential` are recorded durably before they run and before they answer. */
  readonly effect: 'read' | 'change' | 'credential';
  /** Given where CloudTrail calls read-only what is more than a read here. */
  readonly readOnly?: true;
  /** A rule about the kind of caller that no policy can change. Undefined lets the caller pass. */
  readonly refuse?: (caller: Caller) => Fault | undefined;
  /** Reads what the decision and the run need; may find nothing. Throws Fault only for input that no state could make right. */
  readonly load: (input: I, world: World) => L;
  /** Pure: the questions to put to policy, in order. A missing resource is asked about like one that exists. */
  readonly authorize: (input: I, loaded: L, world: World) => readonly Question[];
  /** Pure: what the audit record says beside input and output. */
  readonly describe?: (input: I, loaded: L, world: World) => RecordDetails<O>;
  /** The change and the answer. Throws Fault. */
  readonly run: (input: I, loaded: L, call: Call) => O | Promise<O>;
}

/**
 * One operation of a service. The pipeline walks its phases in order and does everything they share:
 * authentication, decoding, constraints, policy, audit and encoding.
 */
export interface Operation extends Phases<unknown, unknown, unknown> {
  readonly model: OperationModel;
}

/** What it takes to prove an identity provider's token. */
export interface TokenProving {
  /** The keys of OpenID Connect providers. */
  readonly keys: ProviderKeys;
  /** Opens the private keys of SAML providers. */
  readonly box: SecretBox;
  /** The URL at which Brevet is reached, without a slash at its end, for tokens that are meant for that. */
  readonly ownUrl: string;
}

/** What it takes to make a session for what was proven; the store is for what can be redeemed once. */
export interface FederatedIssuing extends Issuing {
  readonly identity: IdentityStore;
}

/**
 * The phases of an operation whose caller signs nothing and shows the token of an identity provider instead. What is cheap to check comes
 * first; then the token is proven, which may take a fetch; only then the state is read that decides, as it is by that time.
 */
export interface FederatedPhases<I, O, P, L extends { readonly caller: FederatedCaller }> {
  readonly callers: 'anonymous';
  readonly effect: 'credential';
  readonly readOnly?: true;
  /** Pure: refuses what no token could make right. Throws Fault. */
  readonly check: (input: I) => void;
  /** What the token says, once its signature is verified. Rejects with FederationError. */
  readonly prove: (input: I, moment: Moment, proving: TokenProving) => Promise<P>;
  /** Who is calling, and what else the decision and the run need. Throws Fault or FederationError. */
  readonly load: (input: I, proven: P, moment: Moment) => L;
  /** Pure: the questions to put to the trust policy, in order. A missing role is asked about like one that exists. */
  readonly authorize: (input: I, loaded: L) => readonly Question[];
  readonly describe?: (input: I, loaded: L) => RecordDetails<O>;
  readonly run: (input: I, loaded: L, issuing: FederatedIssuing) => O | Promise<O>;
}

/** One operation that is called without a signature. */
export interface FederatedOperation
  extends FederatedPhases<unknown, unknown, unknown, { readonly caller: FederatedCaller }> {
  readonly model: OperationModel;
}

/**
 * The phases of what a service of AWS's does in an account, such as EC2 for an instance. No request of it comes over the wire: only a door
 * of this process can begin it. The service has no policies of its own, so the resource's policy alone must allow.
 */
export interface ServicePhases<I, O, L> {
  readonly callers: 'service';
  readonly effect: 'credential';
  readonly readOnly?: true;
  readonly load: (input: I, moment: Moment) => L;
  /** Pure: the questions to put to policy, in order. A missing role is asked about like one that exists. */
  readonly authorize: (input: I, loaded: L) => readonly Question[];
  readonly describe?: (input: I, loaded: L) => RecordDetails<unknown>;
  readonly run: (input: I, loaded: L, issuing: Issuing) => O;
}

/** One operation of a service of AWS's. Unlike the others it keeps its types: no table holds it, and its caller is code. */
export interface ServiceOperation<I, O, L> extends ServicePhases<I, O, L> {
  readonly model: OperationModel;
}

/** What a proof of a person is checked against. */
export type Proving = Moment & Pick<World, 'box' | 'guesses'> & Pick<Call, 'findTokenKey'>;

/**
 * The phases of what a person does at a door for people, or a program in their name: nobody signs, and what is shown (a password, a code)
 * proves who it is. Only a door of this process can begin it.
 */
export interface PersonPhases<I, P, O> {
  readonly callers: 'person';
  readonly effect: 'credential';
  readonly readOnly?: true;
  /** Whom the input names, as the record of a refusal says it; undefined for nobody of an account. */
  readonly claim: (input: I, moment: Moment) => Claim | undefined;
  /** What the input proves, which may take time. Rejects with Fault. */
  readonly prove: (input: I, proving: Proving) => Promise<P>;
  /** Whose the proof is in the state of that moment. Throws Fault when it is good no longer. */
  readonly load: (proven: P, moment: Moment) => UserCaller;
  /** Pure: the questions to put to policy, in order. */
  readonly authorize: (input: I, caller: UserCaller, moment: Moment) => readonly Question[];
  /** Pure: what the record says; of a refusal there may be no proof. */
  readonly describe: (input: I, proven: P | undefined) => RecordDetails<O>;
  readonly run: (input: I, proven: P, call: Call & { readonly caller: UserCaller }) => Promise<O>;
}

/** Somebody as they named themselves. */
export interface Claim {
  readonly account: AccountId;
  /** Unique id and ARN, where there is such a user. */
  readonly user?: { readonly principalId: string; readonly arn: string; readonly userName: string };
}

/** One operation of a door for people. It keeps its types: no table holds it. */
export interface PersonOperation<I, P, O> extends PersonPhases<I, P, O> {
  readonly model: OperationModel;
}

/** An operation that Brevet knows and does not do: it answers with the `UnsupportedOperation` fault once the caller is known. */
export interface Unsupported {
  readonly model: OperationModel;
  readonly unsupported: string;
}

/**
 * Checks an operation's phases against its model and against each other, then forgets their types so that all operations fit one table.
 * INVARIANT: the pipeline gives `load` only what the model decoded and validated, and the later phases only what `load` returned.
 */
export function defineOperation<I, O, L>(model: OperationModel<I, O>, phases: Phases<I, O, L>): Operation {
  return { ...(phases as Phases<unknown, unknown, unknown>), model: model as OperationModel };
}

/** `defineOperation` for an operation that is called without a signature. */
export function defineFederatedOperation<I, O, P, L extends { readonly caller: FederatedCaller }>(
  model: OperationModel<I, O>,
  phases: FederatedPhases<I, O, P, L>,
): FederatedOperation {
  const forgotten = phases as unknown as FederatedPhases<
    unknown,
    unknown,
    unknown,
    { readonly caller: FederatedCaller }
  >;
  return { ...forgotten, model: model as OperationModel };
}

/** `defineOperation` for what services of AWS's do. */
export function defineServiceOperation<I, O, L>(
  model: OperationModel<unknown, O>,
  phases: ServicePhases<I, O, L>,
): ServiceOperation<I, O, L> {
  return { ...phases, model: model as OperationModel };
}

/** `defineOperation` for what people do at a door for people. */
export function definePersonOperation<I, P, O>(
  model: OperationModel,
  phases: PersonPhases<I, P, O>,
): PersonOperation<I, P, O> {
  return { ...phases, model };
}

/** Registers an operation as known and not built, with the reason that stands in the coverage table. */
export function unsupported(model: OperationModel, reason: string): Unsupported {
  return { model, unsupported: reason };
}

/** For operations whose load phase reads nothing. */
export function loadNothing(): undefined {
  return undefined;
}
