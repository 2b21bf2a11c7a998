'use strict';

// From fork() to the `listening` event of an http worker: node spawn.js PORT COUNT
// Prints "result MS" for each worker.

const cluster = require('node:cluster');
const http = require('node:http');

const [port, count] = process.argv.slice(2).map(Number);

if (cluster.isPrimary) {
  const next = (left) => {
    if (left === 0) return;
    const start = process.hrtime.bigint();
    const worker = cluster.fork();
    worker.on('listening', () => {
      console.log(`result ${Number(process.hrtime.bigint() - start) / 1e6}`);
      worker.process.kill('SIGKILL');
    });
    worker.on('exit', () => next(left - 1));
  };
  next(count);
} else {
  http.createServer((request, response) => response.end()).listen(port, '127.0.0.1');
}
