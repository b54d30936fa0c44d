/**
 * Values of model shapes from and to JSON: types checked, depth bounded, dates and blobs in AWS's form.
 * A base room of the wire floor. It knows no protocol: what surrounds the document is the codecs' matter.
 * Called by wire/json, wire/rest-json and the JSON form of wire/query.
 */
export { parseJsonObject } from './body.ts';
export { fromJsonValue } from './decode.ts';
export { toJsonValue } from './encode.ts';
export { writeJson } from './write.ts';
