// As converse.js, but the first worker then writes bytes (base64) to one of its descriptors, several times, as a program would that has gone mad.
const cluster = require('cluster');
const fs = require('fs');
const net = require('net');
const readline = require('readline');

const [descriptor, text, times] = process.argv.slice(2);

function write(bytes) {
  for (let sent = 0; sent < bytes.length;) {
    try {
      sent += fs.writeSync(Number(descriptor), bytes, sent);
    } catch (error) {
      if (error.code !== 'EAGAIN') return false;
    }
  }
  return true;
}

net.createServer((socket) => {
  socket.on('error', () => {});
  readline.createInterface(socket).on('line', (line) => socket.write(`${cluster.worker.id} ${line}\n`));
}).listen(0, '127.0.0.1', () => {
  if (cluster.worker.id !== 1) return;
  const bytes = Buffer.from(text, 'base64');
  setTimeout(() => {
    for (let i = 0; i < Number(times) && write(bytes); i++);
  }, 50);
});
