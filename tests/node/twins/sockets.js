// Connected sockets that travel with messages.
const cluster = require('cluster');
const http = require('http');
const net = require('net');

// Both ends of a connection within this process.
function connectedPair(use) {
  const server = net.createServer((accepted) => {
    server.close();
    accepted.on('error', () => {});
    ends.push(accepted);
    if (ends.length === 2) use(...ends);
  });
  const ends = [];
  server.listen({ port: 0, host: '127.0.0.1', exclusive: true }, () => {
    const client = net.connect(server.address().port, '127.0.0.1', () => {
      ends.unshift(client);
      if (ends.length === 2) use(...ends);
    });
  });
}

module.exports = {
  // Sends one end of a connection and speaks on the other, once it is told that the first has arrived.
  SendSocket() {
    connectedPair((client, accepted) => {
      process.once('message', () => accepted.end('hello'));
      process.send('handle', client);
    });
  },

  SendSocketTwice() {
    connectedPair((client, accepted) => {
      process.send('first', client);
      process.send('second', client);
      accepted.end('hello');
    });
  },

  // Sends every socket back, and has two connections to the primary under way meanwhile.
  ReturnSockets(port) {
    process.on('message', (message, socket) => process.send('reply', socket));
    let waiting = 2;
    const closed = () => {
      if (--waiting === 0) cluster.worker.disconnect();
    };
    const first = net.connect(Number(port), '127.0.0.1', () => {
      const second = net.connect(Number(port), '127.0.0.1', () => {
        for (const client of [first, second]) {
          client.on('close', closed);
          client.resume();
          client.end();
        }
      });
    });
  },

  // Lets an http server serve a connection that came with a message.
  ServeSocket() {
    const server = http.createServer((request, response) => {
      response.end(`worker ${cluster.worker.id}: ${request.url}`);
      response.on('finish', () => cluster.worker.disconnect());
    });
    process.on('message', (message, socket) => server.emit('connection', socket));
  },

  // Sends the message and its socket back as they came.
  EchoWithSocket() {
    process.on('message', (message, socket) => process.send(message, socket));
  },
};
