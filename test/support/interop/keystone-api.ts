/** Keystone's REST API, as its admin on the whole system. */
export class KeystoneApi {
  readonly #url: string;
  readonly #token: string;

  private constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  static async login(url: string, password: string): Promise<KeystoneApi> {
    const user = { name: 'admin', domain: { id: 'default' }, password };
    const auth = {
      identity: { methods: ['password'], password: { user } },
      scope: { system: { all: true } },
    };
    const response = await fetch(`${url}/v3/auth/tokens`, {
      method: 'POST',
      body: JSON.stringify({ auth }),
      headers: { 'content-type': 'application/json' },
    });
    return new KeystoneApi(url, response.headers.get('x-subject-token')!);
  }

  /** Calls the API, and gives the status, and the body if there is one. */
  async call(method: string, path: string, body?: object): Promise<{ status: number; body: any }> {
    const response = await fetch(`${this.#url}/v3${path}`, {
      method,
      headers: { 'content-type': 'application/json', 'x-auth-token': this.#token },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : null };
  }
}
