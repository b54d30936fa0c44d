import { fault } from '#wire/faults';

const invalid = 'Invalid Open ID Connect Provider URL';

/**
 * The provider's URL without its scheme, as ARNs and condition keys name it. The URL is kept letter by letter, since the issuer of a token
 * must equal it so; only a URL that can be written in no other way is taken (IAM API Reference, "CreateOpenIDConnectProvider").
 * Throws ValidationError, or InvalidInput for another scheme than https.
 */
export function readProviderUrl(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw fault('ValidationError', invalid);
  }
  if (url.protocol !== 'https:') {
    throw fault('InvalidInput', `${invalid}. The URL must begin with https://.`);
  }
  const name = text.slice('https://'.length);
  // Anything the parser had to mend (case of the host, dots, escapes, a port that is the default) would be another name of the same place.
  const isPlain = url.href === text || url.href === `${text}/`;
  // A bare word would give its claims the names of condition keys that belong to somebody else, such as saml:sub.
  const isBareWord = /^[a-z0-9-]+$/i.test(name);
  if (!isPlain || isBareWord || !/^[\w.~:/[\]%+-]+$/.test(name)) throw fault('ValidationError', invalid);
  return name;
}
