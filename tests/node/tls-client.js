// Connects COUNT times to an https server, each time with the session of the time before: tls-client.js PORT COUNT
// Says "WORKER full" or "WORKER resumed", a line a connection.
const tls = require('tls');

const [port, count] = process.argv.slice(2).map(Number);
let session;

function connect(remaining) {
  if (remaining === 0) return;
  let text = '';
  let how;
  const socket = tls.connect({ port, host: '127.0.0.1', session, rejectUnauthorized: false }, () => {
    how = socket.isSessionReused() ? 'resumed' : 'full';
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  });
  socket.on('session', (ticket) => (session = ticket));
  socket.on('data', (data) => (text += data));
  socket.on('end', () => socket.end());
  socket.on('close', () => {
    console.log(text.match(/\r\n\r\n(?:1\r\n)?(\d+)/)[1], how);
    connect(remaining - 1);
  });
}

connect(count);
