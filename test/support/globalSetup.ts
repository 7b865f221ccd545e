/** Runs once before all tests: makes sure redis-server and prometheus are there. Filled in by src/embedded. */
export default function setup(): void {}
