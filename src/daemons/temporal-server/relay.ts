import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { constants } from 'node:os';
import { BOUND } from './private-network.ts';
import { INHERITED_FD } from '../process-lock.ts';
import { socketPaths } from '../../rules/temporal-address.ts';
import { INSIDE, UI_FD, UI_INSIDE } from './socket.ts';
import { openUiGate } from './ui-gate.ts';

/**
 * This program runs in a private network: `relay ADDRESS COMMAND...` starts the server as its child and offers the
 * server's port on sockets. A socket with a path reaches across network namespaces; a port does not.
 */
const [address, ...command] = process.argv.slice(2);
const sockets = socketPaths(address!);

const server = spawn(BOUND[0]!, [...BOUND.slice(1), ...command], {
  // The server inherits the lock too, so that it is found when the relay has died.
  stdio: ['ignore', 'inherit', 'inherit', INHERITED_FD],
});
server.once('exit', (code, signal) => {
  for (const socket of Object.values(sockets)) rmSync(socket, { force: true });
  process.exit(signal ? 128 + constants.signals[signal] : (code ?? 1));
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => server.kill(signal));

const gate = command.includes('--headless') ? null : openUiGate(UI_FD, UI_INSIDE);
const grpc = createServer({ allowHalfOpen: true }, (near) => void join(near));
const http = createHttpServer((_, response) => response.end(gate?.mint() ?? ''));
http.on('connect', (_, near: Socket, head) => {
  if (head.length > 0) near.unshift(head);
  join(near).once('connect', () => near.write('HTTP/1.1 200 OK\r\n\r\n'));
});
grpc.listen(sockets.grpc);
http.listen(sockets.http);

/** Passes bytes on between a connection and a new one to the server, until either ends. */
function join(near: Socket): Socket {
  const far = connect({ ...INSIDE, allowHalfOpen: true, noDelay: true });
  near.pipe(far).pipe(near);
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const)
    one.on('error', () => other.destroy()).on('close', () => other.destroy());
  return far;
}
