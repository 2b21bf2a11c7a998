// What keeps a worker alive is its servers, once its channel does not: keep-alive.js close|unref|keep|ref
const net = require('net');

const how = process.argv[2];
const server = net.createServer((connection) => {
  connection.end('alive');
  server.close();
});
server.listen(0, '127.0.0.1', () => {
  process.channel.unref();
  if (how === 'close') setImmediate(() => server.close()); // In here it would close before Node has said that it listens.
  if (how === 'unref' || how === 'ref') server.unref();
  if (how === 'ref') server.ref();
});
