import { type ClientHttp2Session, connect } from 'node:http2';
import { connect as open } from 'node:net';
import { dial } from './socket.ts';

const SERVICE = '/temporal.api.workflowservice.v1.WorkflowService';
const LIMIT_MS = 2000;
const NAMESPACE = 'default';

/**
 * Tells whether the server answers for its default namespace; it accepts connections a moment before. It asks by bare
 * gRPC, since importing the SDK's client would take as long as the server's start.
 */
export async function namespaceAnswers(address: string): Promise<boolean> {
  const session = connect('http://localhost', { createConnection: () => open(dial(address)) });
  session.on('error', () => {});
  try {
    return (await call(session, 'DescribeNamespace')) && (await call(session, 'CountWorkflowExecutions'));
  } finally {
    session.destroy();
  }
}

/** Makes a call; both requests have the namespace as their field 1, and need nothing else. */
function call(session: ClientHttp2Session, method: string): Promise<boolean> {
  return new Promise((resolve) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': `${SERVICE}/${method}`,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    let isOk = false;
    stream.on('response', (headers) => (isOk ||= headers['grpc-status'] === '0'));
    stream.on('trailers', (trailers) => (isOk ||= trailers['grpc-status'] === '0'));
    stream.setTimeout(LIMIT_MS, () => stream.destroy());
    stream.on('error', () => {});
    stream.on('close', () => resolve(isOk));
    stream.resume();
    stream.end(frame(NAMESPACE));
  });
}

/** Puts a text as protobuf's field 1 into gRPC's length-prefixed message. */
function frame(text: string): Buffer {
  const message = Buffer.concat([Buffer.from([0x0a, text.length]), Buffer.from(text)]);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}
