// Says what it was started with.
console.log(`${process.argv.slice(2).join(' ')} spare=${process.env.ROLE === 'spare' ? 'yes' : 'no'}`);
process.disconnect();
