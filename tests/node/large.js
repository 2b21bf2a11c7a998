// An answer larger than any socket buffer, and a small one.
const http = require('http');
const cluster = require('cluster');

const large = Buffer.alloc(30_000_000, 'x');
http.createServer((request, response) => response.end(request.url === '/large' ? large : String(cluster.worker.id))).listen(0, '127.0.0.1');
