'use strict';

// What the survival benchmark asks: answers /ID?MS after so many milliseconds with the request's id, what was posted, and who answered.
// PORT says where. PM2 starts this file as it is; survive.js starts it on Node's cluster.

const http = require('node:http');

const server = http.createServer((request, response) => {
  const [path, wait] = request.url.split('?');
  let posted = '';
  request.on('data', (data) => { posted += data; });
  request.on('end', () => {
    const answer = () => {
      const body = `request ${path.slice(1)}/${posted} worker ${process.pid}\n`;
      response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': body.length });
      response.end(body);
    };
    if (Number(wait) > 0) setTimeout(answer, Number(wait));
    else answer();
  });
});
server.listen(Number(process.env.PORT), '127.0.0.1');

// The graceful end, as the documentation of PM2 teaches it.
if ('pm_id' in process.env) {
  process.on('SIGINT', () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
}
