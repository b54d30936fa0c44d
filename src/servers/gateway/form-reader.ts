import { S3RequestError } from '#core/s3';

/** The head of a browser's form: its fields, and the name of the file whose bytes follow. */
export interface FormHead {
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly fileName: string;
}

/** A part whose own head has been read. */
interface Part {
  readonly name: string;
  readonly fileName: string;
  /** Where its value begins in what is pending. */
  readonly valueStart: number;
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
  readonly #fields: (readonly [name: string, value: string])[] = [];
  /** Where the head is read on in what is pending: nothing is parsed twice, however small the pieces are in which it comes. */
  #readTo = 0;
  #part: Part | undefined;
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
    const pending = this.#pending;
    for (;;) {
      this.#part ??= this.#parsePart();
      if (this.#part === undefined) return undefined;
      const { name, fileName, valueStart } = this.#part;
      if (name.toLowerCase() === 'file') {
        this.#fileLength = this.#bodyLength - this.#taken - valueStart - this.#close.length;
        if (this.#fileLength < 0) throw malformed();
        this.#taken += valueStart;
        this.#pending = pending.subarray(valueStart);
        return { fields: this.#fields, fileName };
      }
      const valueEnd = pending.indexOf(this.#delimiter, valueStart);
      if (valueEnd < 0) return undefined;
      this.#fields.push([name, pending.toString('utf8', valueStart, valueEnd)]);
      this.#readTo = valueEnd;
      this.#part = undefined;
    }
  }

  #parsePart(): Part | undefined {
    const pending = this.#pending;
    const start = this.#readTo + this.#delimiter.length;
    if (pending.length < start + lineEnd.length) return undefined;
    if (!pending.subarray(this.#readTo, start).equals(this.#delimiter)) throw malformed();
    if (pending.toString('latin1', start, start + 2) !== lineEnd) throw malformed();
    const headEnd = pending.indexOf('\r\n\r\n', start);
    if (headEnd < 0) return undefined;
    return { ...parsePartHead(pending.toString('utf8', start + 2, headEnd)), valueStart: headEnd + 4 };
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
