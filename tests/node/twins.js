// The Node half of the workers that tests fork in both languages: the first argument names a function, the C# program has a method of
// the same name. Plain Node: what is in twins/ knows nothing of Drover.
const behaviours = { ...require('./twins/life'), ...require('./twins/messages'), ...require('./twins/sockets') };

behaviours[process.argv[2]](...process.argv.slice(3));
