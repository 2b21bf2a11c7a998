// A primary of real Node. It says what happens, a line an event, and does what the lines on its standard input say:
//   fork PROGRAM ARGS...   request ID JSON   disconnect [ID]   send ID JSON
// Started as: primary.js rr|none. A .dll runs under dotnet, in the place where Node would run itself.
const cluster = require('cluster');
const readline = require('readline');

cluster.schedulingPolicy = process.argv[2] === 'none' ? cluster.SCHED_NONE : cluster.SCHED_RR;
const node = process.execPath;
const workers = {}; // Also those that are leaving, which Node forgets at once.
let requests = 0;

const say = (...words) => console.log(words.join(' '));
cluster.on('online', (worker) => say('online', worker.id, worker.process.pid));
cluster.on('listening', (worker, { address, port, addressType }) => say('listening', worker.id, address, port, addressType));
cluster.on('disconnect', (worker) => say('disconnected', worker.id));
cluster.on('exit', (worker, code, signal) => say('exit', worker.id, code ?? signal, worker.exitedAfterDisconnect));
cluster.on('message', (worker, message) => {
  if (message.cmd === 'DROVER_RESPONSE') say('answer', message.id, JSON.stringify(message.value ?? message.error));
  else say('message', worker.id, JSON.stringify(message));
});

const commands = {
  fork(program, ...args) {
    process.execPath = program.endsWith('.dll') ? 'dotnet' : node;
    cluster.setupPrimary({ exec: program, args, execArgv: [] });
    const worker = cluster.fork();
    workers[worker.id] = worker;
  },
  request: (id, ...json) => workers[id].send({ cmd: 'DROVER_REQUEST', id: ++requests, value: JSON.parse(json.join(' ')) }),
  send: (id, ...json) => workers[id].send(JSON.parse(json.join(' '))),
  disconnect: (id) => (id ? workers[id].disconnect() : cluster.disconnect()),
};

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const [command, ...words] = line.split(' ');
  commands[command](...words);
});
