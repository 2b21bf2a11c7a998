// A worker that does what the test tells it to; the twin of the C# behaviour "Commanded". Plain Node: net, dgram, process.send.
const net = require('net');
const dgram = require('dgram');
const cluster = require('cluster');

const servers = new Map();
const sockets = new Map();
const datagrams = new Map();
let open = 0;

// Closes between the question to the primary and its answer.
function closeOnceAsked(server, answer) {
  const ask = cluster._getServer;
  cluster._getServer = function(...args) {
    cluster._getServer = ask;
    ask.apply(this, args);
    server.close(() => answer({ error: 'given up' }));
  };
}

function listen(command, answer) {
  const server = net.createServer((connection) => {
    open++;
    connection.on('close', () => open--);
    connection.on('error', () => {});
    if (command.hold) connection.write(`${cluster.worker.id}\n`);
    else connection.end(`${cluster.worker.id}\n`);
    connection.resume();
  });
  if (command.maxConnections != null) server.maxConnections = command.maxConnections;
  server.once('error', (error) => answer({ error: error.code }));
  if (command.giveUp) closeOnceAsked(server, answer);
  const options = { backlog: command.backlog || undefined };
  if (command.descriptor != null) options.fd = command.descriptor;
  else if (command.path) Object.assign(options, { path: command.path, readableAll: command.allUsers, writableAll: command.allUsers });
  else Object.assign(options, { host: command.address ?? undefined, port: command.port, ipv6Only: command.ipv6Only });
  server.listen(options, () => answer({ port: server.address()?.port ?? -1 }));
  servers.set(command.name, server);
}

function bind(command, answer) {
  const type = command.address?.includes(':') ? 'udp6' : 'udp4';
  const socket = dgram.createSocket({ type, ipv6Only: command.ipv6Only, reuseAddr: command.reuseAddress });
  socket.on('message', () => datagrams.set(command.name, (datagrams.get(command.name) ?? 0) + 1));
  socket.once('error', (error) => answer({ error: error.code }));
  if (command.giveUp) closeOnceAsked(socket, answer);
  const options = command.descriptor != null ? { fd: command.descriptor } : { address: command.address ?? undefined, port: command.port };
  socket.bind(options, () => answer({ port: socket.address().port }));
  sockets.set(command.name, socket);
}

const commands = {
  listen,
  bind,
  close(command, answer) {
    const found = servers.get(command.name) ?? sockets.get(command.name);
    servers.delete(command.name);
    sockets.delete(command.name);
    found.close(() => answer({}));
  },
  received: (command, answer) => answer({ count: datagrams.get(command.name) ?? 0 }),
  send(command, answer) {
    sockets.get(command.name).send(command.text, command.port, command.address, (error, bytes) => answer({ error: error?.code, count: bytes }));
  },
  open: (command, answer) => answer({ count: open }),
  disconnect(command, answer) {
    answer({});
    cluster.worker.disconnect();
  },
};

process.on('message', (message) => {
  if (message.cmd !== 'DROVER_REQUEST') return;
  let answered = false;
  commands[message.value.do](message.value, (value) => {
    if (answered) return;
    answered = true;
    process.send({ cmd: 'DROVER_RESPONSE', id: message.id, value });
  });
});
