import { S3RequestError } from '#core/s3';

/** The head of a browser's form: its fields, and the name of the file whose bytes follow. */
export interface FormHead {
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly fileName: string;
}

const longestHeadBytes = 65_536;
const lineEnd = '\r\n';

/**
 * Reads a `multipart/form-data` body (RFC 7578) whose last part is the file, in constant memory: the fields whole, the file as it comes.
 * The length of the file follows from that of the body, so nothing may come after the file.
 * Throws S3RequestError MalformedPOSTRequest, MaxPostPreDataLengthExceeded, IncompleteBody.
 */
export class FormReader {
  readonly #delimiter: Buffer;
  readonly #close: Buffer;
  readonly #bodyLength: number;
  #pending = Buffer.alloc(0);
  #taken = 0;
  #fileLength: number | undefined;
  #fileTaken = 0;

  constructor(contentType: string, bodyLength: number) {
    const boundary = /;[ \t]*boundary=(?:"([^"]{1,70})"|([!-~]{1,70}?))[ \t]*(?:;|$)/i.exec(contentType);
    const text = boundary?.[1] ?? boundary?.[2];
    if (text === undefined) throw malformed();
    this.#delimiter = Buffer.from(`${lineEnd}--${text}`, 'latin1');
    this.#close = Buffer.from(`${lineEnd}--${text}--${lineEnd}`, 'latin1');
    this.#bodyLength = bodyLength;
    // The first delimiter has no line end before it.
    this.#pending = Buffer.from(lineEnd);
    this.#taken = -this.#pending.length;
  }

  /** How long the file is; known once the head is. */
  get fileLength(): number {
    return this.#fileLength ?? 0;
  }

  /** Takes bytes until the head is whole; then the file's bytes are asked for with `takeFile`. */
  takeHead(bytes: Uint8Array): FormHead | undefined {
    this.#pending = Buffer.concat([this.#pending, bytes]);
    const head = this.#parseHead();
    if (head === undefined && this.#pending.length > longestHeadBytes)
      throw new S3RequestError('MaxPostPreDataLengthExceeded');
    return head;
  }

  /** The file's bytes within these; the first call gets none, for what came with the head. */
  takeFile(bytes: Uint8Array): readonly Uint8Array[] {
    const whole = Buffer.concat([this.#pending, bytes]);
    // A delimiter within the file would end it there for every other reader.
    const remaining = this.fileLength - this.#fileTaken;
    const at = whole.indexOf(this.#delimiter);
    if (at >= 0 && at < remaining) throw malformed();
    const kept = Math.min(whole.length, this.#delimiter.length + this.#close.length);
    const give = Math.min(whole.length - kept, remaining);
    this.#pending = whole.subarray(give);
    this.#fileTaken += give;
    return give === 0 ? [] : [whole.subarray(0, give)];
  }

  /** The last bytes of the file. Throws unless the form ends as it must. */
  end(): readonly Uint8Array[] {
    const remaining = this.fileLength - this.#fileTaken;
    if (this.#pending.length !== remaining + this.#close.length) throw new S3RequestError('IncompleteBody');
    if (!this.#pending.subarray(remaining).equals(this.#close)) throw malformed();
    if (this.#pending.indexOf(this.#delimiter) !== remaining) throw malformed();
    return remaining === 0 ? [] : [this.#pending.subarray(0, remaining)];
  }

  #parseHead(): FormHead | undefined {
    const fields: (readonly [string, string])[] = [];
    const pending = this.#pending;
    let at = 0;
    for (;;) {
      if (pending.length < at + this.#delimiter.length + lineEnd.length) return undefined;
      const start = at + this.#delimiter.length;
      if (!pending.subarray(at, start).equals(this.#delimiter)) throw malformed();
      if (pending.toString('latin1', start, start + 2) !== lineEnd) throw malformed();
      const headEnd = pending.indexOf('\r\n\r\n', start);
      if (headEnd < 0) return undefined;
      const part = parsePartHead(pending.toString('utf8', start + 2, headEnd));
      const valueStart = headEnd + 4;
      if (part.name.toLowerCase() === 'file') {
        this.#fileLength = this.#bodyLength - this.#taken - valueStart - this.#close.length;
        if (this.#fileLength < 0) throw malformed();
        this.#taken += valueStart;
        this.#pending = pending.subarray(valueStart);
        return { fields, fileName: part.fileName };
      }
      const valueEnd = pending.indexOf(this.#delimiter, valueStart);
      if (valueEnd < 0) return undefined;
      fields.push([part.name, pending.toString('utf8', valueStart, valueEnd)]);
      at = valueEnd;
    }
  }
}

function parsePartHead(text: string): { readonly name: string; readonly fileName: string } {
  const disposition = text.split(lineEnd).filter((line) => /^content-disposition[ \t]*:/i.test(line));
  const line = disposition.length === 1 ? (disposition[0] ?? '') : '';
  const name = /^[^:]*:[ \t]*form-data;(?:.*;)?[ \t]*name="([^"\r\n]*)"/i.exec(line)?.[1];
  if (name === undefined) throw malformed();
  const path = /;[ \t]*filename="([^"\r\n]*)"/i.exec(line)?.[1] ?? '';
  return { name, fileName: path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1) };
}

function malformed(): S3RequestError {
  return new S3RequestError('MalformedPOSTRequest');
}
