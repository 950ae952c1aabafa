/** A front end of somebody else: a page on another origin, with an API token and nothing but `fetch`. */
import { type Page, expect, test } from '@playwright/test';
import { Gate } from '../scripted-model';
import { PASSWORD } from '../support/fixtures';
import { ForeignPage } from '../support/foreign-page';
import { Kaam } from '../support/servers';

interface Event {
  type: string;
  thread?: { id: string };
  item?: { type: string; content: { text: string }[]; attachments: { name: string; thread_id: string }[] };
}

interface Answer {
  status: number;
  events: Event[];
  rest: string;
  body: { data: { id: string }[]; id: string; preview_url: string; upload_descriptor: { url: string; method: string } };
}

/** A picture of two pixels by two. */
const PICTURE = 'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAYAAABytg0kAAAAEUlEQVR4nGPQqzX6D8IMMAYAPrIHcfoqqgYAAAAASUVORK5CYII=';

/** What the page's own functions give. */
type Call = [name: 'ask' | 'say' | 'upload', ...parts: unknown[]];
const run = <T>(page: Page, ...call: Call): Promise<T> =>
  page.evaluate(async ([name, ...parts]) => {
    const functions = window as unknown as Record<string, (...parts: unknown[]) => Promise<unknown>>;
    return functions[name]?.(...parts) as Promise<never>;
  }, call) as Promise<T>;

let known: ForeignPage;
let unknown: ForeignPage;
let kaam: Kaam;
let token: string;

test.beforeAll(async () => {
  test.setTimeout(60_000);
  known = await ForeignPage.start();
  unknown = await ForeignPage.start();
  kaam = await Kaam.start('scripted', { CORS_ALLOWED_ORIGINS: known.origin });
  await kaam.command(['user', 'add', 'sana@example.com', '--password-stdin'], `${PASSWORD}\n`);
  token = (await kaam.command(['token', 'add', 'sana@example.com', '--name', 'a front end'])).trim();
});

test.afterAll(async () => {
  await kaam.stop();
  await known.stop();
  await unknown.stop();
});

/** Asked by no browser, so that no origin stands in the way. */
async function threads(): Promise<string[]> {
  const response = await fetch(`${kaam.url}/chatkit`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'threads.list', params: { limit: 100 } }),
  });
  const page = (await response.json()) as Answer['body'];
  return page.data.map((thread) => thread.id);
}

test('a page on a known origin creates a thread and reads its stream', async ({ page }) => {
  await page.goto(known.origin);
  const gate = new Gate();
  const text = 'I have written down that you want to buy milk soon.'.split(/(?<= )/);
  kaam.model?.script('add buy milk', { text, before: gate.at(text.length - 1) });
  const answering = run<Answer>(page, 'say', kaam.url, token, 'add buy milk');
  // It comes while it is written.
  await page.waitForFunction(() => (window as unknown as { heard?: string }).heard?.includes('milk '));
  gate.open();
  const answer = await answering;
  expect(answer.status).toBe(200);
  expect(answer.rest, 'nothing is left behind the last frame').toBe('');
  expect(answer.events.slice(0, 3).map((event) => event.type)).toEqual(['thread.created', 'thread.item.done', 'stream_options']);
  const said = answer.events.filter((event) => event.type === 'thread.item.done' && event.item?.type === 'assistant_message');
  expect(said.at(-1)?.item?.content[0]?.text).toBe(text.join(''));
  const thread = answer.events[0]?.thread?.id;
  expect(await threads()).toContain(thread);

  // The answers that are JSON, and the errors, can be read as well.
  const listed = await run<Answer>(page, 'ask', kaam.url, token, 'items.list', { thread_id: thread });
  expect([listed.status, listed.body.data.length > 1]).toEqual([200, true]);
  expect((await run<Answer>(page, 'ask', kaam.url, token, 'threads.get_by_id', { thread_id: 'nothing' })).status).toBe(404);
  expect((await run<Answer>(page, 'ask', kaam.url, 'kaam_wrong', 'threads.list', {})).status).toBe(401);
  expect((await run<Answer>(page, 'ask', kaam.url, token, 'threads.delete', { thread_id: thread })).status).toBe(200);
});

test('a page on a known origin uploads a file and sends it, and reads it back', async ({ page }) => {
  await page.goto(known.origin);
  for (const method of ['POST', 'PUT'] as const) {
    const made = await run<Answer>(page, 'ask', kaam.url, token, 'attachments.create', { name: 'بل.txt', size: 3, mime_type: 'text/plain' });
    expect(made.status).toBe(200);
    const descriptor = { ...made.body.upload_descriptor, method };
    expect(await run<number>(page, 'upload', descriptor, token, 'بل.txt', '500'), method).toBeLessThan(300);
    const input = { content: [{ type: 'input_text', text: 'add pay the bill' }], attachments: [made.body.id], inference_options: {} };
    const answer = await run<Answer>(page, 'ask', kaam.url, token, 'threads.create', { input });
    const thread = answer.events[0]?.thread?.id;
    const carried = answer.events.find((event) => event.item?.type === 'user_message')?.item?.attachments ?? [];
    expect(carried.map((one) => [one.name, one.thread_id])).toEqual([['بل.txt', thread]]);
  }
});

test('a page on a known origin brings a picture with nothing but its address, and shows it', async ({ page }) => {
  await page.goto(known.origin);
  const announced = { name: 'dot.png', size: Buffer.from(PICTURE, 'base64').length, mime_type: 'image/png' };
  const made = await run<Answer>(page, 'ask', kaam.url, token, 'attachments.create', announced);
  expect(made.status).toBe(200);
  const status = await page.evaluate(
    async ([url, picture]) => {
      const bytes = Uint8Array.from(atob(picture), (one) => one.charCodeAt(0));
      const form = new FormData();
      form.append('file', new File([bytes], 'dot.png', { type: 'image/png' }));
      return (await fetch(url, { method: 'POST', body: form })).status;
    },
    [made.body.upload_descriptor.url, PICTURE] as const,
  );
  expect(status).toBe(200);
  const width = (url: string): Promise<number> =>
    page.evaluate(async (url) => {
      const image = new Image();
      const over = new Promise((then) => (image.onload = image.onerror = then));
      image.src = url;
      document.documentElement.append(image);
      await over;
      return image.naturalWidth;
    }, url);
  expect(await width(made.body.preview_url)).toBe(2);
  expect(await width(made.body.preview_url.split('?')[0] as string), 'without the key it is not shown').toBe(0);
});

test('a page on another origin cannot, even with the token', async ({ page }) => {
  const before = await threads();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.method()));
  await page.goto(unknown.origin);
  const failure = await run(page, 'say', kaam.url, token, 'add buy milk').then(
    () => 'it could',
    (error: Error) => error.message,
  );
  expect(failure).toContain('Failed to fetch');
  // What a browser sends without asking first: it carries no token, and no session of this person either.
  const simple = await page.evaluate(async (url) => {
    const body = JSON.stringify({ type: 'threads.list', params: {} });
    const sent = await fetch(`${url}/chatkit`, { method: 'POST', mode: 'no-cors', credentials: 'include', headers: { 'content-type': 'text/plain' }, body });
    return sent.type;
  }, kaam.url);
  expect(simple, 'sent blindly, and nothing of it can be read').toBe('opaque');
  expect(await threads()).toEqual(before);
  // The other one still can.
  await page.goto(known.origin);
  expect((await run<Answer>(page, 'ask', kaam.url, token, 'threads.list', {})).status).toBe(200);
});
