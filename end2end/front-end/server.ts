/** Serves the front end of somebody else on an origin of its own. */
import { build } from 'esbuild';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

const PAGE = '<!doctype html><meta charset="utf-8"><title>Somebody else’s application</title><div id="root"></div><script type="module" src="/app.js"></script>';

export class FrontEnd {
  private constructor(
    readonly origin: string,
    readonly server: http.Server,
  ) {}

  static async start(): Promise<FrontEnd> {
    const folder = path.dirname(fileURLToPath(import.meta.url));
    const built = await build({
      entryPoints: [path.join(folder, 'app.js')],
      bundle: true,
      format: 'esm',
      write: false,
      logLevel: 'error',
      define: { 'process.env.NODE_ENV': '"production"' },
    });
    const script = built.outputFiles[0]?.text ?? '';
    const server = http.createServer((request, response) => {
      const isScript = request.url === '/app.js';
      response.setHeader('content-type', isScript ? 'text/javascript; charset=utf-8' : 'text/html; charset=utf-8');
      response.end(isScript ? script : PAGE);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new FrontEnd(`http://localhost:${(server.address() as AddressInfo).port}`, server);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
