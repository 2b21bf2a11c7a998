// The web server of many a Node program, in three kinds: web.js http|https|express PORT [HOST [CERTIFICATE KEY]].
// GET / answers the worker's id; GET /hold tells the primary that it runs, and answers when the primary sends {finish: true}.
const fs = require('fs');
const http = require('http');
const https = require('https');
const cluster = require('cluster');

const [kind, port, host, certificate, key] = process.argv.slice(2);
const { id } = cluster.worker;

function hold(response) {
  process.on('message', (message) => {
    if (message.finish) response.end(`finished ${id}`);
  });
  process.send({ holding: id });
}

function create() {
  const answer = (request, response) => (request.url === '/hold' ? hold(response) : response.end(String(id)));
  if (kind === 'http') return http.createServer(answer);
  if (kind === 'https') return https.createServer({ cert: fs.readFileSync(certificate), key: fs.readFileSync(key) }, answer);
  const app = require('express')();
  app.get('/', (request, response) => response.send(String(id)));
  app.get('/hold', (request, response) => hold(response));
  app.post('/echo', require('express').json(), (request, response) => response.json({ worker: id, ...request.body }));
  return app;
}

const listen = [Number(port)];
if (host) listen.push(host);
create().listen(...listen);
