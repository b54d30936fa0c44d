import type { XmlNode } from '#core/xml';
import { invalidToken } from '../federation-error.ts';

/** The elements directly inside, in order. */
export function elementsOf(node: XmlNode): readonly XmlNode[] {
  return node.children.filter((child) => typeof child !== 'string');
}

/** The elements of one name directly inside. */
export function childrenOf(node: XmlNode, namespace: string, localName: string): readonly XmlNode[] {
  return elementsOf(node).filter((child) => isNamed(child, namespace, localName));
}

/** The one element of a name directly inside; undefined when there is none. Throws FederationError for more than one. */
export function childOf(node: XmlNode, namespace: string, localName: string): XmlNode | undefined {
  const [child, ...others] = childrenOf(node, namespace, localName);
  if (others.length > 0) throw malformed(`there is more than one ${localName} in ${node.localName}`);
  return child;
}

/** The one element of a name directly inside. Throws FederationError when there is none, or more than one. */
export function onlyChildOf(node: XmlNode, namespace: string, localName: string): XmlNode {
  const child = childOf(node, namespace, localName);
  if (child === undefined) throw malformed(`there is no ${localName} in ${node.localName}`);
  return child;
}

export function isNamed(node: XmlNode, namespace: string, localName: string): boolean {
  return node.localName === localName && node.namespace === namespace;
}

/** The value of an attribute without a namespace. */
export function attributeOf(node: XmlNode, name: string): string | undefined {
  return node.attributes.find(({ namespace, localName }) => namespace === '' && localName === name)?.value;
}

/** The text of an element that has nothing but text. Throws FederationError for one with elements inside. */
export function textOf(node: XmlNode): string {
  if (elementsOf(node).length > 0) throw malformed(`there are elements in ${node.localName}`);
  return node.children.join('');
}

/** The element and all elements in it. */
export function* everyElement(node: XmlNode): Generator<XmlNode> {
  yield node;
  for (const child of elementsOf(node)) yield* everyElement(child);
}

/** A Response that is none, or none as this room takes them. */
export function malformed(why: string): Error {
  return invalidToken(`The SAML response cannot be used: ${why}.`);
}
