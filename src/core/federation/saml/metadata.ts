import type { KeyObject } from 'node:crypto';
import { parseDocument, XmlError, type XmlNode } from '#core/xml';
import { FederationError } from '../federation-error.ts';
import { certificateKey } from './certificate.ts';
import { attributeOf, childrenOf, isNamed, onlyChildOf, textOf } from './elements.ts';
import { metadataNamespace, protocolNamespace, signatureNamespace } from './names.ts';
import { parseInstant } from './times.ts';

/** What an identity provider says of itself. */
export interface SamlMetadata {
  readonly entityId: string;
  /** Keys that sign, in the order they stand there, each once. */
  readonly keys: readonly KeyObject[];
  /** In milliseconds since the Unix epoch. Nothing ends then: it is what the provider says. */
  readonly validUntil: number | undefined;
}

const longestEntityId = 1024;

/**
 * Reads the metadata document of one identity provider (SAML Metadata §2.3.2, §2.4.3). Undefined for what is none: not XML, of a service
 * provider or of several, without a key, or with a certificate that cannot be used. A signature over it is not looked at: whoever
 * may change the provider has brought it.
 */
export function parseSamlMetadata(text: string): SamlMetadata | undefined {
  try {
    return read(parseDocument(text, { comments: 'skipped' }));
  } catch (error) {
    if (error instanceof XmlError || error instanceof FederationError) return undefined;
    throw error;
  }
}

function read(root: XmlNode): SamlMetadata | undefined {
  const entityId = attributeOf(root, 'entityID') ?? '';
  if (!isNamed(root, metadataNamespace, 'EntityDescriptor')) return undefined;
  if (entityId === '' || entityId.length > longestEntityId) return undefined;
  const role = onlyChildOf(root, metadataNamespace, 'IDPSSODescriptor');
  const protocols = (attributeOf(role, 'protocolSupportEnumeration') ?? '').split(/\s+/);
  if (!protocols.includes(protocolNamespace)) return undefined;
  const keys = new Map<string, KeyObject>();
  for (const descriptor of childrenOf(role, metadataNamespace, 'KeyDescriptor')) {
    if ((attributeOf(descriptor, 'use') ?? 'signing') !== 'signing') continue;
    for (const certificate of certificatesOf(descriptor)) {
      const key = certificateKey(textOf(certificate));
      if (key === undefined) return undefined;
      keys.set(key.export({ type: 'spki', format: 'der' }).toString('base64'), key);
    }
  }
  if (keys.size === 0) return undefined;
  const validUntil = attributeOf(root, 'validUntil');
  return {
    entityId,
    keys: [...keys.values()],
    validUntil: validUntil === undefined ? undefined : parseInstant(validUntil, 'validUntil'),
  };
}

function certificatesOf(descriptor: XmlNode): readonly XmlNode[] {
  const info = onlyChildOf(descriptor, signatureNamespace, 'KeyInfo');
  return childrenOf(info, signatureNamespace, 'X509Data').flatMap((data) =>
    childrenOf(data, signatureNamespace, 'X509Certificate'),
  );
}
