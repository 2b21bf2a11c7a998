import http from 'node:http';

const port: number = Number(process.argv[2] ?? 0);
http.createServer((request, response) => response.end('typed')).listen(port, '127.0.0.1');
