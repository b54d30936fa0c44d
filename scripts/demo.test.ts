import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const script = fileURLToPath(new URL('./demo.ts', import.meta.url));

test('the tour walks the main job to its end', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 120_000 });
  for (const line of [
    /refused {2}ada with another external id: AccessDenied/,
    /denied {3}iam:ListRoles: .* because no permissions boundary allows/,
    /denied {3}iam:ListGroups: .* because no session policy allows/,
    /denied {3}iam:CreateUser: .* because no identity-based policy allows/,
    /refused {2}the same credentials: ExpiredToken/,
    /refused {2}the revoked session: InvalidClientTokenId/,
    /with an explicit deny in an identity-based policy/,
    /allowed {2}2026\/sales\.csv, once a bucket policy names the role/,
    /refused {2}2025\/sales\.csv, which the session policy leaves out: .*AccessDenied.* because no session policy allows/,
    /200 {6}GET \/orders\/1\n/,
    /403 {6}GET \/customers\/1, which the session policy leaves out/,
    /closed {3}2026\/sales\.csv, \d+ ms after ASIA\S+ was revoked/,
    /closed {3}GET \/orders\/1, \d+ ms after ASIA\S+ was revoked/,
    /allowed {2}both, for another session of the same role/,
    /allowed {2}both, and the service is stopped/,
    /verified without the issuer\.\n$/,
  ])
    assert.match(stdout, line);
});
