// listen() with no argument at all: any free port.
require('net').createServer((connection) => connection.end('hello')).listen();
