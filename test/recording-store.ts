import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A store that keeps uploads in memory, each only when it came whole, and notes every request that reaches it. */
export interface RecordingStore {
  readonly endpoint: string;
  /** Bodies by target. */
  readonly objects: ReadonlyMap<string, Buffer>;
  readonly requests: {
    readonly method: string;
    readonly target: string;
    readonly rawHeaders: readonly string[];
  }[];
  close(): Promise<void>;
}

export async function startRecordingStore(): Promise<RecordingStore> {
  const objects = new Map<string, Buffer>();
  const requests: { method: string; target: string; rawHeaders: string[] }[] = [];
  const server = createServer((request, response) => {
    const { method = '', url: target = '', rawHeaders } = request;
    requests.push({ method, target, rawHeaders });
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('error', () => undefined);
    request.on('end', () => {
      if (method === 'PUT') objects.set(target, Buffer.concat(pieces));
      response.writeHead(200, { etag: '"etag"', 'content-length': 0 }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
