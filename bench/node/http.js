'use strict';

// "Hello, World!" on Node's cluster module: node http.js PORT WORKERS
// NODE_CLUSTER_SCHED_POLICY (rr, none) chooses how connections are distributed.

const cluster = require('node:cluster');
const http = require('node:http');

const [port, workers] = process.argv.slice(2).map(Number);

if (cluster.isPrimary) {
  console.log(`primary ${process.pid}`);
  cluster.on('listening', (worker) => console.log(`listening ${worker.process.pid}`));
  cluster.on('exit', (worker) => console.log(`exited ${worker.process.pid}`));
  for (let i = 0; i < workers; i++) cluster.fork();
} else {
  const body = 'Hello, World!';
  http.createServer((request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': body.length });
    response.end(body);
  }).listen(port, '127.0.0.1');
}
