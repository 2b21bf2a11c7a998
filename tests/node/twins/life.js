// How workers live and end.
const cluster = require('cluster');
const dgram = require('dgram');
const http = require('http');
const net = require('net');

const disconnect = () => cluster.worker.disconnect();
const kill = () => cluster.worker.kill();

module.exports = {
  // A worker stays for its channel.
  Idle() {},

  Listen(count = '1') {
    for (let i = 0; i < Number(count); i++) net.createServer((socket) => socket.end('echo')).listen(0, '127.0.0.1');
  },

  Bind() {
    dgram.createSocket('udp4').bind(0, '127.0.0.1');
  },

  DisconnectSelf: disconnect,

  KillSelf: kill,

  KillWhenDisconnected() {
    process.on('disconnect', kill);
    disconnect();
  },

  Obey() {
    process.on('message', (what) => {
      if (cluster.worker.isConnected()) ({ disconnect, kill })[what]();
    });
  },

  ExitWith(code) {
    process.exit(Number(code));
  },

  ListenThenExit(code) {
    net.createServer().listen(0, '127.0.0.1', () => process.exit(Number(code)));
  },

  Spin() {
    while (true);
  },

  // Ends the channel without a word to the primary.
  HangUp() {
    net.createServer().listen(0, '127.0.0.1', () => process.disconnect());
  },

  ExitWhenDisconnected(code) {
    net.createServer().listen(0, '127.0.0.1');
    cluster.worker.on('disconnect', () => process.exit(Number(code)));
  },

  // Listens on a port that somebody else has, and leaves.
  LeaveOnError(port) {
    const server = http.createServer();
    server.on('error', disconnect);
    server.listen(Number(port), '127.0.0.1');
  },

  // The same, with an error handler that throws after that.
  ThrowOnError(port) {
    const server = http.createServer();
    process.on('uncaughtException', () => {});
    server.on('error', (error) => {
      disconnect();
      throw error;
    });
    server.listen(Number(port), '127.0.0.1');
  },

  // Has a connection of its own, to somewhere else.
  Connect(port) {
    const socket = net.connect(Number(port), '127.0.0.1', () => socket.write('here'));
    socket.on('error', () => {});
    socket.resume();
  },

  // Keeps connections open until the client ends them, and says at the very end in which order things happened.
  Hold() {
    const server = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.write('.');
      socket.resume();
    });
    server.listen(0, '127.0.0.1');
    let serverClosed = false;
    server.once('close', () => { serverClosed = true; });
    const keepOpen = setInterval(() => {}, 9999);
    process.once('disconnect', () => {
      clearInterval(keepOpen);
      process.exitCode = serverClosed ? 0 : 1;
    });
  },

  // Tells on standard output how it ended: for tests whose primary is gone by then.
  TellEnd() {
    net.createServer().listen(0, '127.0.0.1');
    process.on('exit', (code) => console.log(`worker ends with ${code}`));
  },
};
