import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { sealToken, tokenKeyId } from '#core/session-token';
import {
  createKeyring,
  createSecretBox,
  type Keyring,
  KeyringError,
  loadMasterKey,
  type TokenKeyRecord,
} from './index.ts';

function isKeyringError(code: string, message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof KeyringError);
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  };
}

describe('the master key', () => {
  let directory = '';
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'brevet-keyring-'));
  });
  after(() => rm(directory, { recursive: true }));

  test('is made once, for its owner alone, and read again', async () => {
    const file = join(directory, 'made.key');
    const made = await loadMasterKey({ file, create: true });
    const read = await loadMasterKey({ file, create: false });
    assert.ok(made.equals(read));
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.match(await readFile(file, 'utf8'), /^[A-Za-z0-9+/]{43}=\n$/);
  });

  test('is one and the same for processes that start together, and leaves no draft behind', async () => {
    const file = join(directory, 'together.key');
    const keys = await Promise.all(Array.from({ length: 8 }, () => loadMasterKey({ file, create: true })));
    for (const key of keys) assert.ok(keys[0]?.equals(key));
    assert.deepEqual(
      (await readdir(directory)).filter((name) => name.startsWith('together')),
      ['together.key'],
    );
  });

  test('is not made unless asked for', async () => {
    const file = join(directory, 'absent.key');
    await assert.rejects(
      loadMasterKey({ file, create: false }),
      isKeyringError('MasterKeyUnusable', /absent\.key does not exist$/),
    );
  });

  test('is refused when others can read it', async () => {
    const file = join(directory, 'open.key');
    await loadMasterKey({ file, create: true });
    for (const mode of [0o640, 0o604, 0o620]) {
      await chmod(file, mode);
      await assert.rejects(
        loadMasterKey({ file, create: true }),
        isKeyringError('MasterKeyUnusable', /can be read by others \(mode 6[024]{2}\); chmod 600 it$/),
      );
    }
  });

  const wrong = {
    empty: '',
    short: randomBytes(31).toString('base64'),
    long: randomBytes(33).toString('base64'),
    'not base64': `${'z'.repeat(40)}!!!=`,
    'a big file': randomBytes(4096).toString('base64'),
  };
  for (const [name, content] of Object.entries(wrong)) {
    test(`is refused when the file is ${name}, and the file is left as it is`, async () => {
      const file = join(directory, `${name.replaceAll(' ', '-')}.key`);
      await writeFile(file, content, { mode: 0o600 });
      await assert.rejects(
        loadMasterKey({ file, create: true }),
        isKeyringError('MasterKeyUnusable', /must hold 32 bytes in base64$/),
      );
      assert.equal(await readFile(file, 'utf8'), content);
    });
  }

  test('is refused when it cannot be read at all', async () => {
    await writeFile(join(directory, 'plain'), '');
    await assert.rejects(
      loadMasterKey({ file: join(directory, 'plain', 'master.key'), create: true }),
      isKeyringError('MasterKeyUnusable', /master\.key cannot be used$/),
    );
  });
});

describe('the secret box', () => {
  const master = createSecretKey(randomBytes(32));
  const box = createSecretBox(master, randomBytes);

  test('opens what it sealed, for the same purpose, also after a restart', () => {
    const sealed = box.seal('secret', 'access-key:AKIA1');
    const again = createSecretBox(master, randomBytes);
    assert.equal(Buffer.from(again.open(sealed, 'access-key:AKIA1')).toString(), 'secret');
  });

  test('never seals alike twice and never shows the secret', () => {
    const [one, two] = [box.seal('a secret to keep', 'x'), box.seal('a secret to keep', 'x')];
    assert.notEqual(one, two);
    assert.ok(!Buffer.from(one, 'base64').includes('a secret to keep'));
  });

  test('refuses another purpose, another master key, and any changed byte', () => {
    const sealed = box.seal('secret', 'access-key:AKIA1');
    const refused = isKeyringError('SecretUnreadable', /cannot be opened with this master key/);
    assert.throws(() => box.open(sealed, 'access-key:AKIA2'), refused);
    const other = createSecretBox(createSecretKey(randomBytes(32)), randomBytes);
    assert.throws(() => other.open(sealed, 'access-key:AKIA1'), refused);
    const bytes = Buffer.from(sealed, 'base64');
    for (let index = 0; index < bytes.length; index++) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8((bytes[index] ?? 0) ^ 1, index);
      assert.throws(() => box.open(changed.toString('base64'), 'access-key:AKIA1'), refused);
    }
  });

  test('refuses what is too short to be sealed', () => {
    for (const text of ['', 'AQ==', box.seal('', 'x').slice(0, 32)]) {
      assert.throws(() => box.open(text, 'x'), isKeyringError('SecretUnreadable', /^the secret x cannot/));
    }
  });
});

describe('the keyring', () => {
  const hour = 3_600_000;
  const start = Date.UTC(2026, 0, 1);

  function open(): { keyring: Keyring; keys: TokenKeyRecord[]; at(hours: number): void; another(): Keyring } {
    const keys: TokenKeyRecord[] = [];
    let now = start;
    const box = createSecretBox(createSecretKey(randomBytes(32)), randomBytes);
    const another = (): Keyring =>
      createKeyring({
        load: () => keys,
        add: async (decide) => {
          const { add, remove } = decide([...keys]);
          if (add !== undefined) keys.push(add);
          for (const id of remove)
            keys.splice(
              keys.findIndex((key) => key.id === id),
              1,
            );
        },
        box,
        clock: () => now,
        random: randomBytes,
      });
    return { keyring: another(), keys, another, at: (hours) => (now = start + hours * hour) };
  }

  test('has no key before it is told to make one', () => {
    assert.throws(
      () => open().keyring.current(),
      isKeyringError('NoTokenKey', /^there is no token key yet$/),
    );
  });

  test('makes one key, which seals at once, and only one when processes start together', async () => {
    const { keyring, keys, another } = open();
    await Promise.all([keyring.ensure(), another().ensure(), keyring.ensure()]);
    assert.equal(keys.length, 1);
    assert.equal(keyring.current().id, keys[0]?.id);
    assert.equal(another().current().id, keys[0]?.id);
  });

  test('rotates once a day; the next key opens at once and seals five minutes later', async () => {
    const { keyring, keys, at, another } = open();
    await keyring.ensure();
    const first = keyring.current().id;
    at(23.9);
    await keyring.ensure();
    assert.equal(keys.length, 1);
    at(24);
    await Promise.all([keyring.ensure(), another().ensure()]);
    assert.equal(keys.length, 2);
    const second = keys[1]?.id ?? '';
    assert.equal(keyring.current().id, first);
    assert.equal(keyring.find(second)?.id, second);
    at(24 + 5 / 60);
    assert.equal(keyring.current().id, second);
  });

  test('keeps a key for 37 hours after its successor took over, then drops it', async () => {
    const { keyring, keys, at } = open();
    await keyring.ensure();
    const first = keyring.current();
    at(24);
    await keyring.ensure();
    const takenOver = 24 + 5 / 60;
    at(takenOver + 36.99);
    await keyring.ensure();
    assert.equal(keyring.find(first.id)?.id, first.id);
    at(takenOver + 37);
    await keyring.ensure();
    assert.equal(keyring.find(first.id), undefined);
    assert.ok(!keys.some((key) => key.id === first.id));
  });

  test('opens after a restart what was sealed before', async () => {
    const { keyring, another } = open();
    await keyring.ensure();
    const claims = {
      kind: 'session-token',
      accessKeyId: 'ASIAQEXAMPLEEXAMPLE2' as never,
      account: '111122223333' as never,
      principalId: 'AIDA1',
      issuedAt: 1,
      expiresAt: 2,
      region: 'us-east-1',
    } as const;
    const token = sealToken(claims, keyring.current(), randomBytes(12));
    const key = another().find(tokenKeyId(token) ?? '');
    assert.ok(key?.sealing.equals(keyring.current().sealing));
  });

  test('goes on sealing with the oldest key when the clock moved back before all of them', async () => {
    const { keyring, keys, at } = open();
    await keyring.ensure();
    at(-100);
    await keyring.ensure();
    assert.equal(keys.length, 1);
    assert.equal(keyring.current().id, keys[0]?.id);
  });

  test('knows no key by another id, and stores none unwrapped', async () => {
    const { keyring, keys } = open();
    await keyring.ensure();
    assert.equal(keyring.find('00000000'), undefined);
    assert.match(keys[0]?.wrapped ?? '', /^[A-Za-z0-9+/=]{80,}$/);
  });
});
