import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { PROTOCOL_VERSION } from '@tabgrid/protocol/version';
import { headersFor, type ResponseKind } from './headers.js';
import type { Metrics } from './metrics.js';
import type { Encoding, Page, Pages } from './pages.js';

/** What the server answers to anything but a WebSocket. */
export interface HttpDeps {
  /** null: this server has no pages, only sockets. */
  readonly pages: Pages | null;
  readonly metrics: Metrics;
  readonly publicUrl: string | null;
  readonly stopping: () => boolean;
}

const TEXT = 'text/plain; charset=utf-8';

export function createRequestListener({ pages, metrics, publicUrl, stopping }: HttpDeps): RequestListener {
  const publicHost = publicUrl === null ? [] : [new URL(publicUrl).host];
  const hostsOf = (request: IncomingMessage) => [
    ...(request.headers.host ? [request.headers.host] : []),
    ...publicHost,
  ];

  function answer(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
    const { status, kind, type, body, headers = {} } = reply;
    metrics.request(status);
    response.writeHead(status, {
      ...headersFor(kind, hostsOf(request)),
      ...(body === null ? {} : { 'content-type': type, 'content-length': body.byteLength }),
      ...headers,
    });
    response.end(request.method === 'HEAD' ? undefined : (body ?? undefined));
  }

  async function reply(request: IncomingMessage): Promise<Reply> {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return { ...plain(405, 'only GET and HEAD'), headers: { allow: 'GET, HEAD' } };
    }
    if (path === '/healthz') {
      const body = { status: stopping() ? 'stopping' : 'ok', protocol: PROTOCOL_VERSION };
      return fresh(stopping() ? 503 : 200, 'application/json; charset=utf-8', JSON.stringify(body));
    }
    if (path === '/metrics') return fresh(200, metrics.contentType, await metrics.text());
    const page = pages?.find(path);
    if (page) return pageReply(request, page);
    // Browsers ask for it on pages that name no icon, and show a missing one as an error.
    if (path === '/favicon.ico') return { status: 204, kind: 'file', type: '', body: null };
    if (pages === null && path === '/') return plain(404, 'This signaling server has no pages.');
    return plain(404, 'There is nothing at this address.');
  }

  return (request, response) => {
    reply(request).then(
      (made) => answer(request, response, made),
      () => answer(request, response, plain(500, 'The server failed to answer.')),
    );
  };
}

interface Reply {
  readonly status: number;
  readonly kind: ResponseKind;
  readonly type: string;
  readonly body: Buffer | null;
  readonly headers?: Readonly<Record<string, string>>;
}

function fresh(status: number, type: string, text: string): Reply {
  return { status, kind: 'page', type, body: Buffer.from(text), headers: { 'cache-control': 'no-store' } };
}

function plain(status: number, text: string): Reply {
  return fresh(status, TEXT, `${text}\n`);
}

async function pageReply(request: IncomingMessage, page: Page): Promise<Reply> {
  const encoding = page.encodings.find((one) => accepts(request.headers['accept-encoding'], one)) ?? 'identity';
  // Weak, because the same content goes out in several encodings.
  const etag = `W/"${page.etag}"`;
  const headers = {
    etag,
    ...(page.encodings.length > 1 ? { vary: 'accept-encoding' } : {}),
    ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
  };
  const seen = (request.headers['if-none-match'] ?? '').split(',').some((tag) => tag.trim() === etag);
  if (seen) return { status: 304, kind: page.kind, type: page.type, body: null, headers: { etag } };
  return { status: 200, kind: page.kind, type: page.type, body: await page.body(encoding), headers };
}

/** Whether an Accept-Encoding header names an encoding, and not with `q=0`. */
export function accepts(header: string | string[] | undefined, encoding: Encoding): boolean {
  if (encoding === 'identity') return true;
  return String(header ?? '')
    .split(',')
    .some((part) => {
      const [name, ...params] = part.split(';').map((text) => text.trim().toLowerCase());
      return name === encoding && !params.some((param) => /^q=0(?:\.0*)?$/.test(param));
    });
}
