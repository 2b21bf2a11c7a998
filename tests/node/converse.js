// Answers every line of every connection with its worker id and the line, for as long as the client likes.
const cluster = require('cluster');
const net = require('net');
const readline = require('readline');

net.createServer((socket) => {
  socket.on('error', () => {});
  readline.createInterface(socket).on('line', (line) => socket.write(`${cluster.worker.id} ${line}\n`));
}).listen(Number(process.argv[2] || 0), '127.0.0.1');
