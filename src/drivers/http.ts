import { readFileSync } from 'node:fs';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { setTimeout as startTimer } from 'node:timers';
import { setTimeout } from 'node:timers/promises';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { ApiError, type ApiTls } from '../rules/compute/service-apis.ts';
import { isAboutTls } from '../rules/tls-codes.ts';

/** No catalog is longer than this, in bytes. */
const LONGEST = 16 * 1024 * 1024;
const MOST_REDIRECTS = 5;
const REDIRECTS = [301, 302, 303, 305, 307, 308];
const FIRST_RETRY_MS = 500;

export type Answer = {
  status: number;
  headers: IncomingMessage['headers'];
  /** What was answered, if that is JSON; else undefined. */
  json: unknown;
};
export type Sent = { headers?: Record<string, string>; body?: object };

export type HttpOptions = {
  /** Where `nova.conf` has the settings of these requests: `[placement]`. */
  section: string;
  tls: ApiTls;
  /** For how long one request may wait, in milliseconds. */
  timeoutMs: number | null;
  /** For how long all requests together may last, in milliseconds. */
  deadlineMs: number;
  connectRetries: number;
};

/** Says what answers there, without the user and password that a URL may hold. */
export const place = (url: URL): string => `${url.origin}${url.pathname}`;

/** Says what kind of answer it was, for answers that are no JSON. */
export const kindOf = ({ status, headers }: Answer): string => {
  const [type] = /^[\w.+-]+\/[\w.+-]+/.exec(headers['content-type'] ?? '') ?? [];
  return `HTTP ${status} and ${type ?? 'nothing that says what it is'}`;
};

/**
 * Asks HTTP servers for JSON. Whatever goes wrong is an ApiError that names the server and repeats nothing of what was
 * sent or answered. No connection outlives its request. A redirect is followed on the same server only, since tokens and
 * passwords go with it.
 */
export class HttpClient {
  readonly #options: HttpOptions;
  readonly #endsAt: number;
  #context: SecureContext | null = null;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#endsAt = performance.now() + options.deadlineMs;
  }

  get section(): string {
    return this.#options.section;
  }

  /** `what` names the server: `Keystone`. */
  async get(what: string, url: URL, sent: Sent = {}): Promise<Answer> {
    return this.#follow(what, 'GET', url, sent);
  }

  async post(what: string, url: URL, sent: Sent): Promise<Answer> {
    return this.#follow(what, 'POST', url, sent);
  }

  async #follow(what: string, method: string, url: URL, sent: Sent): Promise<Answer> {
    let at = url;
    for (let redirects = 0; ; redirects++) {
      const answer = await this.#retried(what, method, at, sent);
      const { location } = answer.headers;
      if (!REDIRECTS.includes(answer.status) || location === undefined) return answer;
      const next = URL.canParse(location, at.href) ? new URL(location, at.href) : null;
      if (next?.origin !== at.origin || redirects === MOST_REDIRECTS)
        throw this.#failed(
          `${what} at ${place(url)} redirects ${next?.origin === at.origin ? 'too often' : `to ${next?.origin ?? 'what is no URL'}`}.`,
          'Write the URL of the server that answers; keyward sends credentials to no other.',
        );
      at = next;
    }
  }

  async #retried(what: string, method: string, url: URL, sent: Sent): Promise<Answer> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#send(method, url, sent);
      } catch (error) {
        const pause = FIRST_RETRY_MS * 2 ** attempt;
        const isLast = attempt >= this.#options.connectRetries || pause >= this.#left;
        const isFinal = error instanceof ApiError || isAboutTls(codeOf(error));
        if (isLast || isFinal) throw this.#described(error, what, url);
        await setTimeout(pause);
      }
    }
  }

  /** For how many milliseconds requests may still last. */
  get #left(): number {
    return this.#endsAt - performance.now();
  }

  async #send(method: string, url: URL, sent: Sent): Promise<Answer> {
    const isTls = url.protocol === 'https:';
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const options = { method, agent: false, headers: headersOf(sent), ...(isTls && this.#tls()) };
    const request = (isTls ? requestHttps : requestHttp)(url, options);
    const timer = startTimer(
      () => {
        reject(new TimedOut());
        request.destroy();
      },
      Math.max(0, Math.min(this.#left, this.#options.timeoutMs ?? Infinity)),
    );
    request.on('response', (response) => void readAnswer(response).then(resolve, reject));
    request.on('error', reject);
    request.end(textOf(sent));
    return promise.finally(() => {
      clearTimeout(timer);
      request.destroy();
    });
  }

  /** Made once: a context of all authorities of a host takes a tenth of a second. */
  #tls(): { rejectUnauthorized: boolean; secureContext: SecureContext } {
    const { cafile, certfile, keyfile, isInsecure } = this.#options.tls;
    this.#context ??= createSecureContext({
      ...(!isInsecure && { ca: cafile === null ? trusted() : this.#file('cafile', cafile) }),
      ...(certfile !== null && {
        cert: this.#file('certfile', certfile),
        key: this.#file('keyfile', keyfile ?? certfile),
      }),
    });
    return { rejectUnauthorized: !isInsecure, secureContext: this.#context };
  }

  #file(option: string, file: string): string {
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      throw this.#failed(
        `${file}, which ${this.section} ${option} of nova.conf names, can't be read: ${(error as Error).message}.`,
        `Correct ${option}, or make the file readable for the user of keyward's worker.`,
      );
    }
  }

  #described(error: unknown, what: string, url: URL): ApiError {
    if (error instanceof ApiError) return error;
    const { deadlineMs, timeoutMs } = this.#options;
    const code = codeOf(error);
    const server = `${what} at ${place(url)}`;
    if (error instanceof TimedOut) {
      const isOwn = timeoutMs !== null && this.#left > 0;
      return this.#failed(
        isOwn
          ? `${server} did not answer within ${timeoutMs / 1000} s, which is the timeout of section ${this.section}.`
          : `${server} did not answer within the ${deadlineMs / 1000} s that a check has for all it asks.`,
        `See whether ${url.host} is up and what keeps it.`,
      );
    }
    // Node adds advice of its own.
    const [why] = (error as Error).message.split(/[;\n]/, 1);
    if (isAboutTls(code))
      return this.#failed(
        `TLS with ${server} failed: ${why || code}.`,
        `Name the authority that signed its certificate as cafile in section ${this.section} of nova.conf, name the server as its certificate does, or give it another certificate.`,
      );
    return this.#failed(
      `${server} can't be asked: ${why || code}.`,
      `Start it, or correct its URL in section ${this.section} of nova.conf or in Keystone's catalog.`,
    );
  }

  #failed(message: string, cure: string): ApiError {
    return new ApiError('other', message, cure);
  }
}

class TimedOut extends Error {}

const textOf = ({ body }: Sent): string | undefined => body && JSON.stringify(body);

function headersOf(sent: Sent): Record<string, string> {
  const text = textOf(sent);
  return {
    accept: 'application/json',
    ...sent.headers,
    ...(text !== undefined && {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(text)),
    }),
  };
}

/** Gives the authorities that this host trusts, as a distribution's Python has them; Node's own where it has none. */
export function trusted(): string[] {
  const system = getCACertificates('system');
  return system.length > 0 ? [...system, ...getCACertificates('extra')] : getCACertificates('default');
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > LONGEST) throw new Error(`its answer is longer than ${LONGEST} bytes`);
  }
  return {
    status: response.statusCode!,
    headers: response.headers,
    json: parsed(Buffer.concat(chunks).toString('utf8')),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const codeOf = (error: unknown): string => (error as { code?: string }).code ?? '';
