import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CompactJWSHeaderParameters, CompactSign, exportJWK, generateKeyPair } from 'jose';
import { matchKeys, parseKeySet, parseToken, readWebIdentity } from './index.ts';

const now = Date.UTC(2026, 10, 24, 12);
const iat = now / 1000 - 5;
const exp = iat + 3600;

interface Fixture {
  readonly alg?: string;
  readonly typ?: string;
  readonly audience: string;
  readonly claims: Readonly<Record<string, unknown>> & { readonly iss: string };
  /** Condition keys of the trust policy, without the provider's name. */
  readonly keys: Readonly<Record<string, string | readonly string[]>>;
}

/** Tokens of the shape that each provider gives, the values made up. */
const fixtures: Readonly<Record<string, Fixture>> = {
  'a Kubernetes service account': {
    audience: 'sts.amazonaws.com',
    claims: {
      aud: ['sts.amazonaws.com'],
      exp,
      iat,
      iss: 'https://oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF',
      jti: '0f1e2d3c-0000-4000-8000-000000000001',
      'kubernetes.io': {
        namespace: 'shop',
        node: { name: 'node-1', uid: '0f1e2d3c-0000-4000-8000-000000000002' },
        pod: { name: 'cart-7d9f', uid: '0f1e2d3c-0000-4000-8000-000000000003' },
        serviceaccount: { name: 'cart', uid: '0f1e2d3c-0000-4000-8000-000000000004' },
        warnafter: iat + 3607,
      },
      nbf: iat,
      sub: 'system:serviceaccount:shop:cart',
    },
    keys: { aud: 'sts.amazonaws.com', sub: 'system:serviceaccount:shop:cart' },
  },
  'GitHub Actions': {
    typ: 'JWT',
    audience: 'sts.amazonaws.com',
    claims: {
      jti: '0f1e2d3c-0000-4000-8000-000000000005',
      sub: 'repo:octo/shop:environment:production',
      aud: 'sts.amazonaws.com',
      ref: 'refs/heads/main',
      sha: '0123456789012345678901234567890123456789',
      repository: 'octo/shop',
      repository_owner: 'octo',
      repository_owner_id: '1001',
      run_id: '42',
      repository_visibility: 'private',
      repository_id: '2002',
      actor: 'ada',
      actor_id: '3003',
      workflow: 'deploy',
      environment: 'production',
      job_workflow_ref: 'octo/shop/.github/workflows/deploy.yml@refs/heads/main',
      runner_environment: 'github-hosted',
      iss: 'https://token.actions.githubusercontent.com',
      nbf: iat - 300,
      exp,
      iat,
    },
    keys: {
      aud: 'sts.amazonaws.com',
      sub: 'repo:octo/shop:environment:production',
      actor: 'ada',
      actor_id: '3003',
      environment: 'production',
      job_workflow_ref: 'octo/shop/.github/workflows/deploy.yml@refs/heads/main',
      ref: 'refs/heads/main',
      repository: 'octo/shop',
      repository_id: '2002',
      repository_owner_id: '1001',
      workflow: 'deploy',
    },
  },
  GitLab: {
    typ: 'JWT',
    audience: 'https://gitlab.com',
    claims: {
      namespace_id: '72',
      namespace_path: 'shop',
      project_id: '20',
      project_path: 'shop/cart',
      user_id: '1',
      user_login: 'ada',
      user_email: 'ada@example.com',
      user_access_level: 'owner',
      pipeline_id: '574',
      pipeline_source: 'push',
      ref: 'main',
      ref_type: 'branch',
      ref_protected: 'true',
      runner_environment: 'gitlab-hosted',
      iss: 'https://gitlab.com',
      iat,
      nbf: iat - 5,
      exp,
      sub: 'project_path:shop/cart:ref_type:branch:ref:main',
      aud: 'https://gitlab.com',
    },
    keys: {
      aud: 'https://gitlab.com',
      sub: 'project_path:shop/cart:ref_type:branch:ref:main',
      namespace_id: '72',
      pipeline_source: 'push',
      project_id: '20',
      ref_protected: 'true',
      runner_environment: 'gitlab-hosted',
      user_access_level: 'owner',
      user_email: 'ada@example.com',
      user_id: '1',
      user_login: 'ada',
    },
  },
  Keycloak: {
    typ: 'JWT',
    audience: 'aws',
    claims: {
      exp,
      iat,
      auth_time: iat - 60,
      jti: 'onrtac:0f1e2d3c-0000-4000-8000-000000000006',
      iss: 'https://keycloak.example.com/realms/shop',
      aud: 'aws',
      sub: '0f1e2d3c-0000-4000-8000-000000000007',
      typ: 'ID',
      azp: 'aws',
      sid: 'c2lk',
      acr: '1',
      email_verified: true,
      preferred_username: 'ada',
      email: 'ada@example.com',
    },
    keys: {
      aud: 'aws',
      oaud: 'aws',
      sub: '0f1e2d3c-0000-4000-8000-000000000007',
      email: 'ada@example.com',
    },
  },
  'Entra ID': {
    typ: 'JWT',
    audience: '11111111-2222-4333-8444-555555555555',
    claims: {
      aud: '11111111-2222-4333-8444-555555555555',
      iss: 'https://login.microsoftonline.com/0f1e2d3c-0000-4000-8000-000000000008/v2.0',
      iat,
      nbf: iat,
      exp,
      aio: 'AWQAm',
      name: 'Ada',
      oid: '0f1e2d3c-0000-4000-8000-000000000009',
      preferred_username: 'ada@example.com',
      rh: '0.AAAA',
      sub: 'AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ',
      tid: '0f1e2d3c-0000-4000-8000-000000000008',
      uti: 'AAA',
      ver: '2.0',
    },
    keys: {
      aud: '11111111-2222-4333-8444-555555555555',
      sub: 'AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ',
    },
  },
  Google: {
    typ: 'JWT',
    audience: '112233445566778899001',
    claims: {
      aud: 'https://brevet.example.com',
      azp: '112233445566778899001',
      email: 'robot@project.iam.gserviceaccount.com',
      email_verified: true,
      exp,
      google: { organization_number: 123456789012 },
      iat,
      iss: 'https://accounts.google.com',
      sub: '112233445566778899001',
    },
    keys: {
      aud: '112233445566778899001',
      oaud: 'https://brevet.example.com',
      sub: '112233445566778899001',
      email: 'robot@project.iam.gserviceaccount.com',
      'google/organization_number': '123456789012',
    },
  },
  Dex: {
    audience: 'aws-cli',
    alg: 'ES256',
    claims: {
      iss: 'https://dex.example.com/dex',
      sub: 'CgNhZGESBWxvY2Fs',
      aud: 'aws-cli',
      exp,
      iat,
      at_hash: 'AAAA',
      c_hash: 'AAAA',
      email: 'ada@example.com',
      email_verified: true,
      groups: ['admins'],
      name: 'ada',
    },
    keys: { aud: 'aws-cli', sub: 'CgNhZGESBWxvY2Fs', email: 'ada@example.com' },
  },
};

for (const [name, { alg = 'RS256', typ, audience, claims, keys }] of Object.entries(fixtures)) {
  test(`a token as ${name} gives it says whom it speaks of`, async () => {
    const { privateKey, publicKey } = await generateKeyPair(alg);
    const header = { alg, kid: 'k', ...(typ === undefined ? {} : { typ }) } as CompactJWSHeaderParameters;
    const signed = await new CompactSign(Buffer.from(JSON.stringify(claims)))
      .setProtectedHeader(header)
      .sign(privateKey);
    const token = parseToken(signed);
    const keySet = parseKeySet(
      JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k', use: 'sig' }] }),
    );
    assert.equal(token.issuer, claims.iss);
    const verified = token.verify(matchKeys(keySet, token.algorithm, token.keyId));
    const identity = readWebIdentity(verified, { url: claims.iss, clientIds: [audience] }, now);
    const prefix = claims.iss.slice('https://'.length);
    assert.deepEqual(
      identity.trustKeys,
      Object.fromEntries(Object.entries(keys).map(([key, value]) => [`${prefix}:${key}`, value])),
    );
    assert.equal(identity.audience, audience);
    assert.equal(identity.subject, keys.sub);
  });
}
