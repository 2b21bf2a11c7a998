import http from 'node:http';
import cluster from 'node:cluster';

// The same server as an ES module.
http.createServer((request, response) => response.end(String(cluster.worker.id))).listen(Number(process.argv[2] || 0), '127.0.0.1');
