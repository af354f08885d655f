import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { answerTo } from './answers.ts';

const PAGES = 'target/classes/dev/tollgate/console';
const NONCE = '__CSP_NONCE__';
const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
};

/** The built pages under their policy, as `tollgate api` serves them, over answers that are always the same. */
export async function start() {
  const files = new Set(readFileSync(join(PAGES, 'files.txt'), 'utf8').trim().split('\n'));
  /** Paths and queries that were asked, for tests to look at. */
  const asked: string[] = [];
  const server = createServer((request, response) => serve(request, response, files, asked));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    asked,
    close: () => server.close(),
  };
}

function serve(request: IncomingMessage, response: ServerResponse, files: Set<string>, asked: string[]): void {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (url.pathname.startsWith('/v1/')) {
    asked.push(url.pathname + url.search);
    const token = request.headers.authorization?.replace(/^Bearer /, '');
    if (request.headers.accept === 'text/csv') {
      response.writeHead(200, { 'Content-Type': 'text/csv' }).end('meter,used\r\nrequests,1\r\n');
      return;
    }
    const { status, body } = answerTo(decodeURIComponent(url.pathname), url.searchParams, token);
    response
      .writeHead(status, { 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json' })
      .end(JSON.stringify(body));
    return;
  }
  const name = url.pathname.replace('/console/', '');
  if (files.has(name) && name !== 'index.html') {
    const type = TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
    response.writeHead(200, { 'Content-Type': type }).end(readFileSync(join(PAGES, name)));
    return;
  }
  const nonce = randomBytes(16).toString('hex');
  response
    .writeHead(200, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': readFileSync(join(PAGES, 'csp.txt'), 'utf8').trim().replace(NONCE, nonce),
    })
    .end(readFileSync(join(PAGES, 'index.html'), 'utf8').replace(NONCE, nonce));
}
