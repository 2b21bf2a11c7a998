// A Unix socket that everybody may look at and only the owner may connect to.
require('net').createServer().listen({ path: process.argv[2], readableAll: true });
