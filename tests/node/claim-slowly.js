// Claims one connection every few milliseconds, says "claimed" at once, then answers one line and closes. In the folder given, a file named
// by the process number holds "w" while the event loop is kept busy between two claims: who kills it then knows that no claim was half done.
const fs = require('fs');
const net = require('net');
const path = require('path');

const [port, pause, folder] = process.argv.slice(2);
const state = fs.openSync(path.join(folder, String(process.pid)), 'w');

net.createServer((socket) => {
  socket.on('error', () => {});
  socket.write('claimed\n');
  fs.writeSync(state, 'w', 0);
  let text = '';
  socket.on('data', (data) => {
    text += data;
    if (text.includes('\n')) socket.end(`answer ${text.split('\n')[0]}\n`);
  });
  const until = process.hrtime.bigint() + BigInt(pause) * 1000000n;
  while (process.hrtime.bigint() < until);
  fs.writeSync(state, 'c', 0);
}).listen(Number(port), '127.0.0.1');
