// The same server as a CommonJS module by its name.
require('./http-id.js');
