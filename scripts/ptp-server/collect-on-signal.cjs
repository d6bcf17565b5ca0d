// Loaded into a hub under test: every SIGUSR2 is a full garbage collection.
process.on('SIGUSR2', () => globalThis.gc());
