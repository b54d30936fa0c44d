/** How a token may be signed: nothing without a signature, and nothing whose key is a shared secret. */
export type Algorithm = 'RS256' | 'RS384' | 'RS512' | 'ES256' | 'ES384' | 'ES512';

export interface AlgorithmRules {
  readonly keyType: 'RSA' | 'EC';
  readonly hash: 'sha256' | 'sha384' | 'sha512';
  /** Of the key of an ES algorithm: its curve, and the length of its signatures in bytes. */
  readonly curve?: 'P-256' | 'P-384' | 'P-521';
  readonly signatureBytes?: number;
}

/** RFC 7518 §3.3 and §3.4. */
export const algorithms: Readonly<Record<Algorithm, AlgorithmRules>> = {
  RS256: { keyType: 'RSA', hash: 'sha256' },
  RS384: { keyType: 'RSA', hash: 'sha384' },
  RS512: { keyType: 'RSA', hash: 'sha512' },
  ES256: { keyType: 'EC', hash: 'sha256', curve: 'P-256', signatureBytes: 64 },
  ES384: { keyType: 'EC', hash: 'sha384', curve: 'P-384', signatureBytes: 96 },
  ES512: { keyType: 'EC', hash: 'sha512', curve: 'P-521', signatureBytes: 132 },
};

export function isAlgorithm(text: unknown): text is Algorithm {
  return typeof text === 'string' && Object.hasOwn(algorithms, text);
}
