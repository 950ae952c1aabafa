/** What arrives over the wire: whole pages also under load, and the headers that guard them. */
import { expect, test } from '../support/fixtures';

test('300 rendered pages, 8 at a time, are each whole', async ({ page, chat, context, server }) => {
  test.setTimeout(120_000);
  const logged = server.output.length;
  await chat.open();
  const text = 'add the-mark-of-this-conversation';
  await chat.ask(text);
  const url = page.url();
  const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');

  /** A page without what differs each time. Behind `</html>` comes what the browser is told of the data, ended by a mark. */
  const load = async (path: string) => {
    const response = await fetch(path, { headers: { cookie }, redirect: 'manual' });
    const body = (await response.text()).replaceAll(/nonce="[^"]*"/g, '');
    return { status: response.status, body, length: body.length };
  };
  // Every third request is for another page that is drawn from the database.
  const paths = [url, url, `${server.url}/tasks`];
  const whole = new Map<string, number>();
  for (const path of new Set(paths)) {
    const { status, body, length } = await load(path);
    expect(status).toBe(200);
    expect(body).toContain('the-mark-of-this-conversation');
    expect(body).toMatch(/<\/html>.*__INCOMPLETE_CHUNKS=\[\];<\/script>$/s);
    whole.set(path, length);
  }

  let asked = 0;
  const broken: string[] = [];
  const ask = async () => {
    while (asked < 300) {
      const path = paths[asked % paths.length] ?? url;
      asked += 1;
      const number = asked;
      try {
        const { status, body, length } = await load(path);
        if (status !== 200 || length !== whole.get(path)) broken.push(`${number}: status ${status}, ${length} of ${whole.get(path)}, ends with ${body.slice(-60)}`);
      } catch (error) {
        broken.push(`${number}: ${String(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, ask));
  const log = server.output.slice(logged).split('\n').filter((line) => /panicked| ERROR /.test(line));
  expect(broken, `the server's log: ${log.slice(0, 10).join('\n')}`).toEqual([]);
  expect(log).toEqual([]);
});

test('pages carry a content security policy, and nothing on them breaks it', async ({ page, chat }) => {
  for (const path of ['/chat', '/tasks', '/settings']) {
    const response = await page.goto(path);
    await chat.hydrated();
    const headers = response?.headers() ?? {};
    const policy = headers['content-security-policy'] ?? '';
    expect(policy).toContain("default-src 'self'");
    expect(policy).toMatch(/script-src[^;]*'nonce-/);
    expect(policy).not.toMatch(/script-src[^;]*'unsafe-(inline|eval)'/);
    expect(policy).toMatch(/frame-ancestors 'none'/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy'] ?? '').not.toBe('');
    expect(headers['cache-control'] ?? '', 'a page of a person is kept by nobody').toMatch(/no-store|private/);
  }
});

test('the page is small, compressed, and kept by the browser', async ({ page, chat, context }) => {
  const sizes = new Map<string, number>();
  page.on('response', async (response) => {
    const { pathname } = new URL(response.url());
    if (pathname.startsWith('/pkg/')) sizes.set(pathname, (await response.request().sizes()).responseBodySize);
  });
  await chat.open();
  const isScript = (path: string) => /\.(js|wasm)$/.test(path);
  await expect.poll(() => [...sizes.keys()].filter(isScript).length).toBeGreaterThanOrEqual(2);
  const scripts = [...sizes].filter(([path]) => isScript(path));
  const total = scripts.reduce((sum, [, size]) => sum + size, 0);
  expect(total, `WASM and JavaScript as sent: ${JSON.stringify(scripts)}`).toBeLessThan(400 * 1024);
  for (const [path] of sizes) {
    const response = await context.request.get(path, { headers: { 'accept-encoding': 'br' } });
    expect(response.headers()['content-encoding'], path).toBe('br');
  }
});

test('alive and ready', async ({ context, server }) => {
  for (const path of ['/healthz', '/readyz']) expect((await context.request.get(server.url + path)).status(), path).toBe(200);
  const missing = await context.request.get(`${server.url}/no-such-page`);
  expect(missing.status()).toBe(404);
  expect(missing.headers()['x-request-id'] ?? '').not.toBe('');
});
