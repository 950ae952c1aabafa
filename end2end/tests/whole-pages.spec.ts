/** What arrives over the wire: whole pages also under load, and the headers that guard them. */
import { expect, test } from '../support/fixtures';

test('300 rendered pages, 8 at a time, are each whole', async ({ page, chat, context, server }) => {
  test.setTimeout(120_000);
  await chat.open();
  const text = 'add the-mark-of-this-conversation';
  await chat.ask(text);
  const url = page.url();
  const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');

  let left = 300;
  const broken: string[] = [];
  const ask = async () => {
    while (left > 0) {
      left -= 1;
      const number = 300 - left;
      // Every third request is for another page that is drawn from the database.
      const path = number % 3 === 0 ? `${server.url}/tasks` : url;
      try {
        const response = await fetch(path, { headers: { cookie }, redirect: 'manual' });
        const body = await response.text();
        if (response.status !== 200) broken.push(`${number}: status ${response.status}`);
        else if (!body.trimEnd().endsWith('</html>')) broken.push(`${number}: ends with ${JSON.stringify(body.slice(-60))}`);
        else if (!body.includes('the-mark-of-this-conversation')) broken.push(`${number}: without the conversation`);
      } catch (error) {
        broken.push(`${number}: ${String(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, ask));
  expect(broken).toEqual([]);
  expect(server.output).not.toContain('panicked');
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
  const scripts = [...sizes].filter(([path]) => /\.(js|wasm)$/.test(path));
  expect(scripts.length, [...sizes.keys()].join(' ')).toBeGreaterThanOrEqual(2);
  const total = scripts.reduce((sum, [, size]) => sum + size, 0);
  expect(total, `WASM and JavaScript as sent: ${JSON.stringify(scripts)}`).toBeLessThan(300 * 1024);
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
