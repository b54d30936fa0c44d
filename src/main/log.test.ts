import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { pino } from 'pino';
import { GatheredLines, type LogSink } from './log.ts';

beforeEach(() => mock.timers.enable({ apis: ['setInterval'] }));
afterEach(() => mock.timers.reset());

function sink(): LogSink & { readonly written: string[] } {
  const written: string[] = [];
  return {
    written,
    write: (text) => written.push(text),
    flush: () => undefined,
    flushSync: () => written.push('flushed'),
  };
}

test('a quiet service writes its lines after a tenth of a second, once', () => {
  const to = sink();
  const lines = new GatheredLines(() => to);
  lines.write('one\n');
  lines.write('two\n');
  assert.deepEqual(to.written, []);
  mock.timers.tick(100);
  assert.deepEqual(to.written, ['one\ntwo\n']);
  mock.timers.tick(500);
  assert.deepEqual(to.written, ['one\ntwo\n']);
});

test('a busy service writes its lines four kilobytes at a time, whole and in order', () => {
  const to = sink();
  const lines = new GatheredLines(() => to);
  const sent = Array.from({ length: 100 }, (_, index) => `${index}${'x'.repeat(100)}\n`);
  for (const line of sent) lines.write(line);
  assert.equal(to.written.length, 2);
  for (const piece of to.written) assert.ok(piece.length >= 4096 && piece.length < 4200);
  lines.flush();
  assert.equal(to.written.join(''), sent.join(''));
});

test('a line that says that the process is about to end is with the system before it does', () => {
  const to = sink();
  const log = pino({ base: null, timestamp: false }, new GatheredLines(() => to));
  log.info('before');
  log.fatal('giving up');
  assert.deepEqual(to.written, ['{"level":30,"msg":"before"}\n{"level":60,"msg":"giving up"}\n', 'flushed']);
});
