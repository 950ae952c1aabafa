/** A page of somebody else, on an origin of its own: static HTML that speaks to Kaam with nothing but `fetch`. */
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';

// As the protocol's documents would have it written: no library, no script of ours.
const PAGE = `<!doctype html>
<meta charset="utf-8">
<title>Somebody else's page</title>
<script>
  window.ask = async (url, token, type, params) => {
    const response = await fetch(url + '/chatkit', {
      method: 'POST',
      headers: { 'authorization': 'Bearer ' + token, 'content-type': 'application/json', 'accept-language': 'ur' },
      body: JSON.stringify({ type, params }),
    });
    if (!response.headers.get('content-type').startsWith('text/event-stream')) return { status: response.status, body: await response.json() };
    const events = [];
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      rest += value;
      const frames = rest.split('\\n\\n');
      rest = frames.pop();
      for (const frame of frames) {
        if (!frame.startsWith('data: ')) throw new Error('no frame: ' + frame);
        events.push(JSON.parse(frame.slice(6)));
      }
      window.heard = JSON.stringify(events);
    }
    return { status: response.status, events, rest };
  };
  window.say = (url, token, text) =>
    window.ask(url, token, 'threads.create', { input: { content: [{ type: 'input_text', text }], attachments: [], inference_options: {} } });
  window.upload = async (descriptor, token, name, text) => {
    const headers = { ...descriptor.headers, 'authorization': 'Bearer ' + token };
    if (descriptor.method === 'PUT') return (await fetch(descriptor.url, { method: 'PUT', headers, body: new Blob([text]) })).status;
    const form = new FormData();
    form.append('file', new File([text], name, { type: 'text/plain' }));
    return (await fetch(descriptor.url, { method: 'POST', headers, body: form })).status;
  };
</script>
`;

export class ForeignPage {
  private constructor(
    readonly origin: string,
    readonly server: http.Server,
  ) {}

  static async start(): Promise<ForeignPage> {
    const server = http.createServer((_request, response) => response.setHeader('content-type', 'text/html; charset=utf-8').end(PAGE));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new ForeignPage(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, server);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
