'use strict';

// The article's server: a handler that needs CPU, workers that are forked again when they die.
// node spin.js PORT WORKERS ITERATIONS CRASH_WITHIN SEED    (CRASH_WITHIN in seconds; 0: no crashes)
// node spin.js calibrate MILLISECONDS                       prints "result ITERATIONS"

const cluster = require('node:cluster');
const http = require('node:http');

// A xorshift: each step needs the one before, so nothing can be left out.
function spin(iterations) {
  let x = 88172645;
  for (let i = 0; i < iterations; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
  }
  return x;
}

// CPU time, not wall time: what a busy machine does to us meanwhile must not count. The quickest of several is the truth.
function calibrate(milliseconds) {
  const iterations = 10_000_000;
  let best = Infinity;
  for (let i = 0; i < 12; i++) {
    const before = process.cpuUsage();
    spin(iterations);
    const used = process.cpuUsage(before);
    best = Math.min(best, (used.user + used.system) / 1000);
  }
  return Math.round(iterations * milliseconds / best);
}

function serve(port, iterations, crashWithin, seed) {
  let armed = crashWithin === 0;
  http.createServer((request, response) => {
    if (!armed) {
      armed = true;
      setTimeout(() => process.exit(1), crashMoment(seed, cluster.worker.id) * crashWithin * 1000);
    }
    spin(iterations);
    const body = `Response from worker ${process.pid}\n`;
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': body.length });
    response.end(body);
  }).listen(port, '127.0.0.1');
}

// A number in [0, 1) that depends on the seed and the worker only: the same crashes in every run.
function crashMoment(seed, id) {
  let x = Math.imul(seed ^ Math.imul(id, 0x9e3779b1), 0x85ebca6b) >>> 0;
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35) >>> 0;
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
}

if (process.argv[2] === 'calibrate') {
  console.log(`result ${calibrate(Number(process.argv[3]))}`);
} else {
  const [port, workers, iterations, crashWithin, seed] = process.argv.slice(2).map(Number);
  if (cluster.isPrimary) {
    console.log(`primary ${process.pid}`);
    cluster.on('listening', (worker) => console.log(`listening ${worker.process.pid}`));
    cluster.on('exit', (worker, code) => {
      console.log(`exited ${worker.process.pid}`);
      if (code !== 0 && !worker.exitedAfterDisconnect) cluster.fork();
    });
    for (let i = 0; i < workers; i++) cluster.fork();
  } else {
    serve(port, iterations, crashWithin, seed);
  }
}
