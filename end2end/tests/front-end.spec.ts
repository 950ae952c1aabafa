/**
 * The official React package on another origin, with its requests, its headers and both of its ways to upload (front-end/): what a person
 * who has bought nothing but an address and a token does with Kaam.
 */
import { type Page, expect, test } from '@playwright/test';
import { FrontEnd } from '../front-end/server';
import { PASSWORD } from '../support/fixtures';
import { PICTURE } from '../support/picture';
import { Kaam } from '../support/servers';

interface Happened {
  name: string;
  detail: { threadId?: string | null; error?: string; name?: string; data?: Record<string, unknown> };
}

let known: FrontEnd;
let unknown: FrontEnd;
let kaam: Kaam;
let token: string;

test.beforeAll(async () => {
  test.setTimeout(60_000);
  known = await FrontEnd.start();
  unknown = await FrontEnd.start();
  kaam = await Kaam.start('offline', { CORS_ALLOWED_ORIGINS: known.origin });
  await kaam.command(['user', 'add', 'sana@example.com', '--zone', 'Asia/Karachi', '--password-stdin'], `${PASSWORD}\n`);
  token = (await kaam.command(['token', 'add', 'sana@example.com', '--name', 'a front end'])).trim();
});

test.afterAll(async () => {
  await kaam.stop();
  await known.stop();
  await unknown.stop();
});

async function open(page: Page, more: Record<string, string> = {}, origin = known.origin): Promise<void> {
  const query = new URLSearchParams({ kaam: kaam.url, token, ...more });
  await page.goto(`${origin}/?${query}`);
  await expect.poll(async () => (await happened(page)).map(({ name }) => name)).toContain('ready');
}

const happened = (page: Page): Promise<Happened[]> => page.evaluate(() => (window as unknown as { happened: Happened[] }).happened);
const failures = async (page: Page): Promise<(string | undefined)[]> => (await happened(page)).filter(({ name }) => name === 'error').map(({ detail }) => detail.error);

/** Calls a method of the package; gives what it threw. */
const call = (page: Page, method: string, ...given: unknown[]): Promise<string> =>
  page.evaluate(
    ([method, given]) => {
      const { chat } = window as unknown as { chat: Record<string, (...given: unknown[]) => Promise<void>> };
      return chat[method]?.(...given).then(
        () => '',
        (error: unknown) => String(error),
      ) as Promise<string>;
    },
    [method, given] as const,
  );

/** Chooses a file, as somebody does in the composer. */
const choose = (page: Page, name: string, type: string, bytes: Buffer): Promise<void> =>
  page.evaluate(
    async ([name, type, bytes]) => {
      const { chat } = window as unknown as { chat: { setComposerValue: (value: { files: File[] }) => Promise<void> } };
      await chat.setComposerValue({ files: [new File([Uint8Array.from(atob(bytes), (one) => one.charCodeAt(0))], name, { type })] });
    },
    [name, type, bytes.toString('base64')] as const,
  );

test('a conversation, its effects, its history, and the same after a reload', async ({ page }) => {
  await open(page);
  expect(await call(page, 'sendUserMessage', { text: 'add buy milk tomorrow at 5pm' })).toBe('');
  await expect(page.locator('.user_message')).toHaveText('add buy milk tomorrow at 5pm');
  await expect(page.locator('.assistant_message').last()).toContainText('buy milk');
  const names = (await happened(page)).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['response.start', 'thread.change', 'effect', 'response.end']));
  expect((await happened(page)).find(({ name }) => name === 'effect')?.detail.name).toBe('tasks.changed');
  const thread = (await happened(page)).find(({ name }) => name === 'thread.change')?.detail.threadId as string;
  expect(await call(page, 'sendUserMessage', { text: 'list my tasks' })).toBe('');
  const said = await page.locator('openai-chatkit p').allTextContents();

  await open(page);
  expect(await call(page, 'showHistory')).toBe('');
  expect(JSON.parse((await page.locator('openai-chatkit').getAttribute('data-history')) ?? '[]')).toContain(thread);
  expect(await call(page, 'setThreadId', thread)).toBe('');
  await expect(page.locator('.assistant_message').first()).toContainText('buy milk');
  expect(await page.locator('openai-chatkit p').allTextContents()).toEqual(said);

  // A button of the list that was answered with.
  const list = await page.locator('.widget').last().getAttribute('id');
  const task = await tasks();
  expect(await call(page, 'sendCustomAction', { type: 'task.set_done', payload: { task_id: task[0]?.id, done: true } }, list)).toBe('');
  expect((await tasks()).map(({ status }) => status)).toEqual(['completed']);
  expect(await failures(page)).toEqual([]);
});

async function tasks(): Promise<{ id: string; status: string }[]> {
  const response = await fetch(`${kaam.url}/api/v1/tools/list_tasks`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ status: 'all' }),
  });
  return ((await response.json()) as { tasks: { id: string; status: string }[] }).tasks;
}

for (const way of ['two-phase', 'direct'] as const) {
  test(`a picture and a text are uploaded (${way}) and come with the message`, async ({ page }) => {
    await open(page, way === 'direct' ? { direct: '1' } : {});
    await choose(page, 'receipt.png', 'image/png', PICTURE);
    expect(await call(page, 'sendUserMessage', { text: 'add file the receipt' })).toBe('');
    const picture = page.locator('.user_message img');
    await expect(picture).toHaveAttribute('alt', 'receipt.png');
    await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth), 'it is shown on the other origin').toBe(8);
    await choose(page, 'بل.txt', 'text/plain;charset=UTF-8', Buffer.from('500'));
    expect(await call(page, 'sendUserMessage', { text: 'add pay the bill' })).toBe('');
    await expect(page.locator('.user_message').last()).toHaveText('add pay the bill [بل.txt]');
    expect(await failures(page)).toEqual([]);
  });
}

test('the address may end with a slash, and the person’s language goes with it', async ({ page }) => {
  await open(page, { path: '/chatkit/', locale: 'ur' });
  expect(await call(page, 'sendUserMessage', { text: 'کل دودھ لانا ہے' })).toBe('');
  await expect(page.locator('.assistant_message').last()).toContainText('دودھ');
  expect(await failures(page)).toEqual([]);
});

test('what fails can be read: the status, the id of the request and the reason', async ({ page }) => {
  await open(page, { token: 'kaam_wrong' });
  expect(await call(page, 'showHistory')).toMatch(/^Error: 401 \w{32}: .*unauthorized/);
  await open(page);
  expect(await call(page, 'setThreadId', 'thr_of_nobody')).toMatch(/^Error: 404 \w{32}: .*not_found/);
});

test('an origin that is not listed can do nothing', async ({ page }) => {
  await open(page, {}, unknown.origin);
  expect(await call(page, 'sendUserMessage', { text: 'add steal the list' })).toContain('Failed to fetch');
  expect(await failures(page)).toEqual([expect.stringContaining('Failed to fetch')]);
});
