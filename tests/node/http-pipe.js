// http on a Unix socket. As in a single process, neither side of such a connection has an address.
const http = require('http');
const cluster = require('cluster');

const server = http.createServer((request, response) => {
  const bare = request.socket.remoteAddress === undefined && request.socket.localAddress === undefined;
  response.end(bare ? String(cluster.worker.id) : `the connection has an address: ${request.socket.remoteAddress}`);
});
server.listen(process.argv[2]);
