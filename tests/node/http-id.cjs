// A plain server that knows nothing of Drover; it answers with the number of its worker.
const http = require('http');
const cluster = require('cluster');

http.createServer((request, response) => response.end(String(cluster.worker.id))).listen(Number(process.argv[2] || 0), '127.0.0.1');
