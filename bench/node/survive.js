'use strict';

// survive-app.js on Node's cluster: PORT=N node survive.js WORKERS
// A worker that dies is forked again. SIGHUP reloads: for each worker a new one first, and when it listens, the old one's disconnect;
// an old one that is still there after 5 s is killed.

const cluster = require('node:cluster');

if (cluster.isPrimary) {
  console.log(`primary ${process.pid}`);
  cluster.on('listening', (worker) => console.log(`listening ${worker.process.pid}`));
  cluster.on('exit', (worker) => {
    console.log(`exited ${worker.process.pid}`);
    if (!worker.exitedAfterDisconnect) cluster.fork();
  });
  for (let i = 0; i < Number(process.argv[2]); i++) cluster.fork();

  process.on('SIGHUP', async () => {
    for (const old of Object.values(cluster.workers)) {
      const successor = cluster.fork();
      await new Promise((resolve) => successor.once('listening', resolve));
      const limit = setTimeout(() => old.process.kill('SIGKILL'), 5000);
      old.once('exit', () => clearTimeout(limit));
      old.disconnect();
    }
  });
} else {
  require('./survive-app.js');
}
