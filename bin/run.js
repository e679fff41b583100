#!/usr/bin/env node
// This file must parse and run on old versions of Node, to say in one line that they are too old.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 17)) {
  console.error(
    `Error: keyward needs Node 22.17 or newer, and this is ${process.versions.node}. Install a newer Node.`,
  );
  process.exit(69);
}
// Names are looked up by half of these threads: a few that get no answer must not keep every other one waiting.
process.env.UV_THREADPOOL_SIZE ??= '32';
import('../dist/main.js').then(
  ({ main }) => main(import.meta.url),
  ({ message }) => {
    console.error(
      `Error: keyward can't be loaded: ${message.split('\n')[0]}. Install it again, or run \`npm run build\` in its sources.`,
    );
    process.exit(255);
  },
);
