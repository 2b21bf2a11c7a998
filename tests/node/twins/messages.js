// What workers say.
const cluster = require('cluster');
const net = require('net');

module.exports = {
  TellDirectory() {
    process.send(process.cwd());
    process.disconnect();
  },

  TellEnvironment(...names) {
    process.send(names.map((name) => process.env[name] ?? null));
  },

  TellArguments(...args) {
    process.send(args);
  },

  TellConnected() {
    process.send(`connected ${cluster.worker.isConnected()}`);
    cluster.worker.on('disconnect', () => process.exit(cluster.worker.isConnected() ? 1 : 0));
  },

  TellDead() {
    process.send(`dead ${cluster.worker.isDead()}`);
  },

  // Standard output and standard error.
  Print() {
    console.log('to output');
    console.error('to error');
    process.stdin.resume();
    process.stdin.on('end', () => {
      console.log('end of input');
      process.send('printed');
    });
  },

  Echo() {
    process.on('message', (message) => process.send(message));
  },

  // Sees every message twice: in the process and in the worker.
  HearTwice() {
    const heard = [];
    const hear = (message) => {
      heard.push(message);
      if (heard.length === 2) process.exit(heard[0] === heard[1] ? 2 : 3);
    };
    process.on('message', hear);
    cluster.worker.on('message', hear);
    process.send('ready');
  },

  // Says over TCP what it has heard over the channel, and the other way round.
  HearAndTell() {
    let socket, message;
    const reply = () => {
      if (socket && message) socket.write(JSON.stringify({ code: 'received message', echo: message }) + '\n');
    };
    const server = net.createServer((accepted) => {
      socket = accepted;
      socket.on('error', () => {});
      reply();
      process.send('message from worker');
    });
    process.on('message', (received) => {
      message = received;
      reply();
    });
    server.listen(0, '127.0.0.1');
  },

  // Answers to nothing that anybody has asked.
  AnswerNothing() {
    process.send({ cmd: 'NODE_CLUSTER', ack: -1 });
    process.send({ cmd: 'NODE_CLUSTER', ack: 12345, accepted: true });
    process.send('still here');
  },

  // Numbers, and an answer to whoever asks whether all have been sent.
  Count(upTo) {
    for (let i = 0; i < Number(upTo); i++) process.send(i);
    process.on('message', ({ id }) => process.send({ cmd: 'DROVER_RESPONSE', id, value: 'all sent' }));
  },

  // A value of each kind that JSON knows.
  TellEveryKind() {
    for (const value of ['text', 42, 1.5, true, null, [1, 'a'], { name: 'Ann', age: 7 }]) process.send(value);
  },

  // Takes part in requests without any library: the answer carries the request's number.
  AnswerRequests() {
    process.on('message', ({ cmd, id, value }) => {
      if (cmd !== 'DROVER_REQUEST') return;
      if (value.b === 0) process.send({ cmd: 'DROVER_RESPONSE', id, error: 'division by zero' });
      else process.send({ cmd: 'DROVER_RESPONSE', id, value: { quotient: value.a / value.b } });
    });
  },

  // Asks the primary.
  AskForQuotient() {
    process.on('message', (answer) => {
      if (answer.cmd === 'DROVER_RESPONSE') process.send(`answer ${answer.id}: ${answer.error ?? answer.value.quotient}`);
    });
    process.send({ cmd: 'DROVER_REQUEST', id: 1, type: 'Drover.TestWorker.Commands.Division', value: { a: 12, b: 4 } });
    process.send({ cmd: 'DROVER_REQUEST', id: 2, type: 'Drover.TestWorker.Commands.Division', value: { a: 1, b: 0 } });
  },
};
