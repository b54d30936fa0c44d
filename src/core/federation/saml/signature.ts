import { createHash, type KeyObject, verify } from 'node:crypto';
import { canonicalize, type XmlNode } from '#core/xml';
import { invalidToken } from '../federation-error.ts';
import { attributeOf, childOf, elementsOf, isNamed, malformed, onlyChildOf, textOf } from './elements.ts';
import { signatureNamespace } from './names.ts';

const enveloped = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';
const exclusiveNamespace = 'http://www.w3.org/2001/10/xml-exc-c14n#';
/** A document here has no comments, so with them and without is the same. */
const canonicalizations: ReadonlySet<string | undefined> = new Set([
  exclusiveNamespace,
  `${exclusiveNamespace}WithComments`,
]);
/** RFC 9231 §2.3 and XML Encryption: RSA with SHA-2. SHA-1 is left out: who can find collisions of it can move a signature. */
const signatureMethods: Readonly<Record<string, string>> = {
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256': 'sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha384': 'sha384',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512': 'sha512',
};
const digestMethods: Readonly<Record<string, string>> = {
  'http://www.w3.org/2001/04/xmlenc#sha256': 'sha256',
  'http://www.w3.org/2001/04/xmldsig-more#sha384': 'sha384',
  'http://www.w3.org/2001/04/xmlenc#sha512': 'sha512',
};

export const signatureInvalid = 'Response signature invalid';

/**
 * The canonical text of an element, which one of the keys has signed: the signature is the element's own child, over the whole element and
 * nothing else (SAML Core §5.4; XML Signature §3.2). What is to be believed is what is read from that text.
 * Keys and certificates within the signature are never looked at. Throws FederationError.
 */
export function verifySignature(signature: XmlNode, signed: XmlNode, keys: readonly KeyObject[]): string {
  const [signedInfo, ...rest] = elementsOf(signature);
  // No Object: it is where a wrapped document would hide what was signed.
  const shape = rest.map(({ namespace, localName }) => `${namespace}${localName}`).join(' ');
  const withoutKeyInfo = `${signatureNamespace}SignatureValue`;
  if (
    signature.parent !== signed ||
    signedInfo === undefined ||
    !isNamed(signedInfo, signatureNamespace, 'SignedInfo') ||
    (shape !== withoutKeyInfo && shape !== `${withoutKeyInfo} ${signatureNamespace}KeyInfo`)
  ) {
    throw malformed('its signature is not of the form that SAML has');
  }
  const id = attributeOf(signed, 'ID');
  const reference = onlyReference(signedInfo);
  if (id === undefined || id === '' || attributeOf(reference, 'URI') !== `#${id}`) {
    throw malformed('its signature is over something else than the element it is in');
  }
  const prefixes = transformPrefixes(reference);
  const digestHash = digestMethod(reference);
  const wanted = base64Of(onlyChildOf(reference, signatureNamespace, 'DigestValue'));
  const hash = methodOf(onlyChildOf(signedInfo, signatureNamespace, 'SignatureMethod'), signatureMethods);
  const method = onlyChildOf(signedInfo, signatureNamespace, 'CanonicalizationMethod');
  const info = Buffer.from(canonicalize(signedInfo, { inclusivePrefixes: prefixesOf(method) }));
  const value = base64Of(onlyChildOf(signature, signatureNamespace, 'SignatureValue'));
  // The signature first: what it is over may be long, and anybody may send it.
  if (!keys.some((key) => key.asymmetricKeyType === 'rsa' && verify(hash, info, key, value))) {
    throw invalidToken(signatureInvalid);
  }
  const text = canonicalize(signed, { inclusivePrefixes: prefixes, without: signature });
  if (!createHash(digestHash).update(text).digest().equals(wanted)) throw invalidToken(signatureInvalid);
  return text;
}

function onlyReference(signedInfo: XmlNode): XmlNode {
  const isReference = hasChildren(signedInfo, ['CanonicalizationMethod', 'SignatureMethod', 'Reference']);
  if (!isReference) throw malformed('its signature must have one reference');
  const reference = onlyChildOf(signedInfo, signatureNamespace, 'Reference');
  if (!hasChildren(reference, ['Transforms', 'DigestMethod', 'DigestValue'])) {
    throw malformed('its signature must have one reference with transforms, a digest and nothing else');
  }
  return reference;
}

/** True when these are the elements directly inside, each once and in this order. */
function hasChildren(node: XmlNode, names: readonly string[]): boolean {
  const found = elementsOf(node);
  return (
    found.length === names.length &&
    found.every((child, index) => isNamed(child, signatureNamespace, names[index] ?? ''))
  );
}

/** The prefixes that the reference's canonical form keeps. Any other way of making what is signed out of the document is refused. */
function transformPrefixes(reference: XmlNode): readonly string[] {
  const transforms = elementsOf(onlyChildOf(reference, signatureNamespace, 'Transforms'));
  const [first, second] = transforms;
  if (
    transforms.length !== 2 ||
    first === undefined ||
    second === undefined ||
    !transforms.every((transform) => isNamed(transform, signatureNamespace, 'Transform')) ||
    attributeOf(first, 'Algorithm') !== enveloped ||
    elementsOf(first).length > 0
  ) {
    throw malformed('its signature must be enveloped, in exclusive canonical form, and nothing else');
  }
  return prefixesOf(second);
}

function prefixesOf(method: XmlNode): readonly string[] {
  if (!canonicalizations.has(attributeOf(method, 'Algorithm'))) {
    throw malformed('its signature must be in exclusive canonical form');
  }
  const list = childOf(method, exclusiveNamespace, 'InclusiveNamespaces');
  const inside = list === undefined ? 0 : elementsOf(list).length;
  if (elementsOf(method).length > (list === undefined ? 0 : 1) || inside > 0) {
    throw malformed('its signature must be in exclusive canonical form');
  }
  const prefixes = list === undefined ? '' : (attributeOf(list, 'PrefixList') ?? '');
  const names = prefixes.split(/\s+/).filter((name) => name !== '');
  if (names.length > 64) throw malformed('its signature keeps too many prefixes');
  return names.map((name) => (name === '#default' ? '' : name));
}

function digestMethod(reference: XmlNode): string {
  return methodOf(onlyChildOf(reference, signatureNamespace, 'DigestMethod'), digestMethods);
}

function methodOf(node: XmlNode, methods: Readonly<Record<string, string>>): string {
  const algorithm = attributeOf(node, 'Algorithm') ?? '';
  const method = Object.hasOwn(methods, algorithm) ? methods[algorithm] : undefined;
  if (method === undefined || elementsOf(node).length > 0) {
    throw malformed(
      `it is signed with ${algorithm.slice(0, 100)}; RSA with SHA-256, SHA-384 or SHA-512 is accepted`,
    );
  }
  return method;
}

/** Strict, but for the line breaks that signers put in. */
function base64Of(node: XmlNode): Buffer {
  const text = textOf(node).replaceAll(/[ \t\r\n]/g, '');
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw invalidToken(signatureInvalid);
  return bytes;
}
