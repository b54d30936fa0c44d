import type { KeyObject } from 'node:crypto';
import { parseDocument, XmlError, type XmlNode } from '#core/xml';
import { FederationError, invalidToken } from '../federation-error.ts';
import { decryptAssertion } from './decrypt.ts';
import { attributeOf, elementsOf, everyElement, isNamed, malformed, onlyChildOf } from './elements.ts';
import { assertionNamespace, protocolNamespace, signatureNamespace } from './names.ts';
import { signatureInvalid, verifySignature } from './signature.ts';

/** What of a provider it takes to verify what it has issued. */
export interface SamlKeys {
  readonly signing: readonly KeyObject[];
  /** The newest first. */
  readonly decryption: readonly KeyObject[];
  readonly encryptionRequired: boolean;
}

/** An assertion as it was signed. INVARIANT: both were read from canonical text that a key of the provider's has signed. */
export interface VerifiedAssertion {
  readonly assertion: XmlNode;
  /** The response, where that was signed as well. */
  readonly response: XmlNode | undefined;
  /** What the response says of itself, signed or not: good for nothing but to refuse it. */
  readonly claimed: { readonly destination: string | undefined; readonly status: string | undefined };
}

const undecipherable =
  'The SAML response cannot be used: its assertion cannot be decrypted, or what is in it is not signed by the provider.';

/**
 * Reads a response as the POST binding carries it (SAML Bindings §3.5.4) and verifies its signatures: of the response, of its one assertion, or
 * of both. Whatever else there is must not be there. Throws FederationError.
 */
export function verifyResponse(encoded: string, keys: SamlKeys): VerifiedAssertion {
  const response = parse(decodeBase64(encoded));
  if (!isNamed(response, protocolNamespace, 'Response')) throw malformed('it is no Response');
  const carrier = checkTree(response, ['Assertion', 'EncryptedAssertion']);
  if (carrier.parent !== response || carrier.namespace !== assertionNamespace) {
    throw malformed('its assertion is not directly inside');
  }
  const ownSignature = signatureOf(response);
  const signedResponse =
    ownSignature === undefined ? undefined : parse(verifySignature(ownSignature, response, keys.signing));
  const claimed = { destination: attributeOf(response, 'Destination'), status: statusOf(response) };
  const isEncrypted = carrier.localName === 'EncryptedAssertion';
  if (!isEncrypted && keys.encryptionRequired) throw malformed('its assertion must be encrypted');
  const assertion = isEncrypted
    ? verifyEncrypted(carrier, keys, signedResponse)
    : verifyPlain(carrier, keys, signedResponse);
  return { assertion, response: signedResponse, claimed };
}

/** The assertion of what was signed: its own canonical text where it has a signature of its own, else its place in the response's. */
function verifyPlain(assertion: XmlNode, keys: SamlKeys, signedResponse: XmlNode | undefined): XmlNode {
  const signature = signatureOf(assertion);
  if (signature !== undefined) return parse(verifySignature(signature, assertion, keys.signing));
  if (signedResponse === undefined) throw invalidToken(signatureInvalid);
  return onlyChildOf(signedResponse, assertionNamespace, 'Assertion');
}

function verifyEncrypted(carrier: XmlNode, keys: SamlKeys, signedResponse: XmlNode | undefined): XmlNode {
  if (keys.decryption.length === 0)
    throw malformed('its assertion is encrypted, and the provider has no private key');
  const encrypted =
    signedResponse === undefined
      ? carrier
      : onlyChildOf(signedResponse, assertionNamespace, 'EncryptedAssertion');
  const text = decryptAssertion(encrypted, keys.decryption);
  try {
    const assertion = parse(text ?? '');
    if (!isNamed(assertion, assertionNamespace, 'Assertion')) throw invalidToken(undecipherable);
    checkTree(assertion, ['Assertion', 'EncryptedAssertion']);
    const signature = signatureOf(assertion);
    if (signature !== undefined) return parse(verifySignature(signature, assertion, keys.signing));
    if (signedResponse !== undefined) return assertion;
  } catch (error) {
    // One answer for all of it: what went wrong after decryption would tell what was decrypted.
    if (!(error instanceof FederationError)) throw error;
  }
  throw invalidToken(undecipherable);
}

/**
 * Refuses what a wrapped or doubled document must have: an id that is there twice, a signature that is not the response's or the assertion's own,
 * more than one element of these names, wherever and in whatever namespace. Returns that one.
 */
function checkTree(root: XmlNode, names: readonly string[]): XmlNode {
  const ids = new Set<string>();
  let found: XmlNode | undefined;
  for (const node of everyElement(root)) {
    for (const { localName, value } of node.attributes) {
      if (localName.toLowerCase() !== 'id') continue;
      if (ids.has(value)) throw malformed('an ID is there twice');
      ids.add(value);
    }
    if (names.includes(node.localName)) {
      if (found !== undefined) throw malformed('it must have exactly one assertion');
      found = node;
    }
    if (node.localName === 'Signature' && node.parent !== root && node.parent !== found) {
      throw malformed('a signature is neither the response’s nor the assertion’s own');
    }
  }
  if (found === undefined) throw malformed('it must have exactly one assertion');
  return found;
}

function signatureOf(node: XmlNode): XmlNode | undefined {
  const [signature, ...others] = elementsOf(node).filter(({ localName }) => localName === 'Signature');
  if (others.length > 0) throw malformed('an element has more than one signature');
  if (signature !== undefined && signature.namespace !== signatureNamespace) {
    throw malformed('a signature is of another namespace');
  }
  return signature;
}

function statusOf(response: XmlNode): string | undefined {
  const status = onlyChildOf(response, protocolNamespace, 'Status');
  return attributeOf(onlyChildOf(status, protocolNamespace, 'StatusCode'), 'Value');
}

function parse(text: string): XmlNode {
  try {
    return parseDocument(text);
  } catch (error) {
    if (error instanceof XmlError) throw malformed(`it has ${error.message}`);
    throw error;
  }
}

/** Never inflated: the binding that deflates is not this one. */
function decodeBase64(encoded: string): string {
  const text = encoded.replaceAll(/[ \t\r\n]/g, '');
  const bytes = Buffer.from(text, 'base64');
  if (text === '' || bytes.toString('base64') !== text) throw invalidToken('Invalid base64 SAMLResponse');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw malformed('it is not UTF-8');
  }
}
