'use strict';

// Messages between a primary and its one worker: node messages.js DIALOGUE WARMUP SECONDS
// sequential: the primary sends, the worker echoes, one message at a time. pipelined: the same with 64 in flight.
// one-way: the worker sends as fast as the channel takes it, the primary counts what arrives.
// Prints "result N", messages (or round trips) per second.

const cluster = require('node:cluster');

const [dialogue, warmup, seconds] = process.argv.slice(2);
const inFlight = { sequential: 1, pipelined: 64, 'one-way': 0 }[dialogue];
const note = (id) => ({ message: 'User Created', id });

if (cluster.isPrimary) {
  const worker = cluster.fork();
  let received = 0;
  let sent = 0;

  worker.on('message', (message) => {
    if (message.id !== received) {
      console.error(`message ${message.id} arrived where ${received} was due`);
      process.exit(1);
    }
    received++;
    if (inFlight > 0) worker.send(note(sent++));
  });

  worker.on('online', () => {
    for (let i = 0; i < inFlight; i++) worker.send(note(sent++));
    setTimeout(() => {
      const before = received;
      const start = process.hrtime.bigint();
      setTimeout(() => {
        const elapsed = Number(process.hrtime.bigint() - start) / 1e9;
        console.log(`result ${(received - before) / elapsed}`);
        worker.process.kill('SIGKILL');
        process.exit(0);
      }, seconds * 1000);
    }, warmup * 1000);
  });
} else if (inFlight > 0) {
  process.on('message', (message) => process.send(message));
} else {
  let sent = 0;
  const flood = () => {
    // `send` says false when the channel is full; the callback of the last message says when it was written.
    while (process.send(note(sent++)));
    process.send(note(sent++), flood);
  };
  flood();
}
