import { createSecretKey, randomBytes } from 'node:crypto';
import type { AccountId } from '#core/identifiers';
import { createTokenKey } from '#core/session-token';
import {
  type AssumeForService,
  type Call,
  type Caller,
  type Cluster,
  GuessLimit,
  type Instance,
  type Operation,
  type Question,
  type RootCaller,
} from '#services/operation';
import { type AccountDocument, type IdentityStore, openIdentityStore } from '#stores/identity';
import { createSecretBox, type SecretBox } from '#stores/keyring';
import { createMemoryDatabase, openMemoryEngine } from '../src/stores/identity/engines/memory.ts';
import { absentPorts } from './absent-ports.ts';

/** An identity store in memory with one account, and a way to run operations on it as the pipeline does, policy left out. */
export interface ServiceFixture {
  readonly identity: IdentityStore;
  readonly account: AccountDocument;
  readonly root: RootCaller;
  readonly box: SecretBox;
  /** Milliseconds; tests move it. */
  now: number;
  /** The Region that requests are signed for; tests move it. */
  region: string;
  /** Whether requests go to the global endpoint; tests move it. */
  isGlobalEndpoint: boolean;
  /** The clusters of the settings; tests put some there. */
  clusters: readonly Cluster[];
  /** The instances of the settings; tests put some there. */
  instances: readonly Instance[];
  /** What happens when a service is to make a session; tests say it. */
  assumeForService: AssumeForService;
  /** Runs load, authorize and run; returns the answer. */
  call(operation: Operation, input: unknown, caller?: Caller): Promise<never>;
  /** Runs load and authorize; returns the questions that would be put to policy. */
  questions(operation: Operation, input: unknown, caller?: Caller): readonly Question[];
  addAccount(id: string, name: string): Promise<AccountDocument>;
}

export async function openServiceFixture(accountId = '111122223333'): Promise<ServiceFixture> {
  const identity = await openIdentityStore(openMemoryEngine(createMemoryDatabase()), (error) => {
    throw error;
  });
  const box = createSecretBox(createSecretKey(randomBytes(32)), randomBytes);
  const guesses = new GuessLimit();
  const tokenKey = createTokenKey('00000001', randomBytes(32));
  const addAccount = async (id: string, name: string): Promise<AccountDocument> => {
    const account = {
      id: id as AccountId,
      name,
      email: `${name}@example.com`,
      createdAt: Date.UTC(2026, 0, 1),
    };
    await identity.write(({ put }) => put('account', account));
    return account;
  };
  const account = await addAccount(accountId, 'management');
  const root: RootCaller = { kind: 'root', account, accessKeyId: 'AKIAROOT' };
  const callAs = (caller: Caller): Call => ({
    ...absentPorts,
    clusters: fixture.clusters,
    instances: fixture.instances,
    assumeForService: fixture.assumeForService,
    state: identity.state,
    caller,
    region: fixture.region,
    now: fixture.now,
    box,
    identity,
    random: randomBytes,
    tokenKey: () => tokenKey,
    guesses,
    findTokenKey: (id) => (id === tokenKey.id ? tokenKey : undefined),
    isGlobalEndpoint: fixture.isGlobalEndpoint,
    issuerUrl: (id) => `https://${id}.tokens.sts.example.com`,
    events: { find: () => Promise.resolve([]) },
  });
  const fixture: ServiceFixture = {
    identity,
    account,
    root,
    box,
    now: Date.UTC(2026, 0, 2, 3, 4, 5),
    region: 'us-east-1',
    isGlobalEndpoint: false,
    clusters: absentPorts.clusters,
    instances: absentPorts.instances,
    assumeForService: absentPorts.assumeForService,
    addAccount,
    questions(operation, input, caller = root) {
      const call = callAs(caller);
      return operation.authorize(input, operation.load(input, call), call);
    },
    async call(operation, input, caller = root) {
      const call = callAs(caller);
      const loaded = operation.load(input, call);
      operation.authorize(input, loaded, call);
      return (await operation.run(input, loaded, call)) as never;
    },
  };
  return fixture;
}
