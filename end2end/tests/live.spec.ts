/** Pages that stay in step: two tabs, two devices, programs; and what happens to messages and answers without a connection. */
import type { BrowserContext, Page, Request, Route } from '@playwright/test';
import { Gate } from '../scripted-model';
import { Chat, PASSWORD, expect, openContext, setAppearance, test as base } from '../support/fixtures';
import { Kaam } from '../support/servers';

/** With a server of its own, which the test may kill. */
const test = base.extend({
  assistant: 'scripted',
  server: async ({ assistant }, use) => {
    const kaam = await Kaam.start(assistant);
    await use(kaam);
    await kaam.stop();
  },
});

const words = (count: number) => Array.from({ length: count }, (_, at) => `word${at + 1} `);
/** What the console says of connections that break. */
const BROKEN = /Failed to load resource|ERR_|network error/;
/** After so many milliseconds without a word the page takes a line for dead. */
const SILENCE = 40_000;

/** Makes a token by the page's own form. */
async function token(context: BrowserContext): Promise<string> {
  const page = await context.newPage();
  await page.goto('/settings');
  await page.locator('#token-name').fill('test');
  await page.locator('input[name="delete"]').check();
  await page.getByTestId('token-add').click();
  const value = await page.getByTestId('token-value').innerText();
  await page.close();
  return value.trim();
}

/** A request of the ChatKit protocol with a token. */
async function chatkit(url: string, token: string, type: string, params: object): Promise<{ data: { id: string; type: string; content: { text: string }[] }[] }> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const response = await fetch(`${url}/chatkit`, { method: 'POST', headers, body: JSON.stringify({ type, params }) });
  expect(response.status).toBe(200);
  return response.json();
}

/** The texts of a kind of items in all threads, as the store has them. */
async function stored(url: string, token: string, type: 'user_message' | 'assistant_message'): Promise<string[]> {
  const threads = await chatkit(url, token, 'threads.list', { limit: 100, order: 'asc' });
  const pages = await Promise.all(threads.data.map(({ id }) => chatkit(url, token, 'items.list', { thread_id: id, limit: 100, order: 'asc' })));
  return pages.flatMap(({ data }) => data.filter((item) => item.type === type).map((item) => item.content.map(({ text }) => text).join('')));
}

/** A second tab on the same page. */
async function beside(page: Page): Promise<Chat> {
  const second = new Chat(await page.context().newPage());
  await second.open(page.url());
  return second;
}

/** Lets a page's requests of a kind wait for ever, as on a line that has died without a word, except those after the first `lost` ones. */
async function silent(page: Page, name: string, lost = 1): Promise<() => number> {
  let asked = 0;
  await page.route(`**/api/${name}`, async (route) => {
    asked += 1;
    if (asked > lost) await route.continue();
  });
  return () => asked;
}

/** Holds back what the server answers to a page's next request of a kind, after the whole of it is there. */
async function hold(page: Page, name: string): Promise<{ answered: Promise<unknown>; release: () => void }> {
  const [there, released] = [new Gate(), new Gate()];
  const handle = async (route: Route) => {
    const headers = { ...route.request().headers(), origin: new URL(page.url()).origin };
    const response = await route.fetch({ headers });
    there.open();
    await released.at(0)(0);
    await route.fulfill({ response });
  };
  await page.route(`**/api/chat/${name}`, handle, { times: 1 });
  return { answered: Promise.resolve(there.at(0)(0)), release: released.open };
}

test('two tabs are in step', async ({ page, chat, server, watch }) => {
  // A thread that is gone.
  watch.allow(/status of 404/);
  await chat.open();
  server.model?.script('begin', { text: ['Begun.'] });
  await chat.ask('begin here');
  const second = await beside(page);

  await test.step('a message sent in one appears and streams in the other', async () => {
    const gate = new Gate();
    server.model?.script('held-story', { text: words(12), before: gate.at(5) });
    await chat.say('tell me the held-story');
    await expect(second.users.last()).toHaveText('tell me the held-story');
    await expect(second.answers.last()).toContainText('word5');
    await expect(second.answers.last()).not.toContainText('word6');
    await expect(second.stop).toBeVisible();
    gate.open();
    await expect(second.answers.last()).toContainText('word12');
    await second.idle();
    await chat.idle();
    await expect(second.answers).toHaveCount(2);
  });
  await test.step('and back', async () => {
    await second.ask('begin again');
    await expect(chat.answers).toHaveCount(3);
  });
  await test.step('a task ticked in one is ticked in the other', async () => {
    server.model?.script('write down', { calls: [{ name: 'add_task', arguments: { title: 'Buy milk' } }] }, { text: ['Noted.'] });
    await chat.ask('write down the milk');
    await expect(second.tasks).toHaveCount(1);
    await chat.tasks.getByRole('checkbox').click();
    await expect(second.page.getByTestId('completed').getByTestId('task')).toHaveCount(1);
    await second.tasks.getByRole('checkbox').click();
    await expect(page.getByTestId('pending').getByTestId('task')).toHaveCount(1);
  });
  await test.step('threads: new, renamed, archived, deleted', async () => {
    const path = new URL(page.url()).pathname;
    const other = await beside(page);
    await other.newThread.click();
    await other.ask('begin something else');
    await expect(chat.threads).toHaveCount(2);
    await expect(second.threads).toHaveCount(2);
    await other.page.close();
    const post = (name: string, form: Record<string, string>) =>
      page.context().request.post(`${server.url}/api/chat/${name}`, { form: { id: path.split('/').at(-1) ?? '', ...form }, headers: { origin: server.url } });
    await post('rename', { title: 'سبزی' });
    for (const one of [chat, second]) {
      await expect(one.threads.filter({ hasText: 'سبزی' })).toHaveCount(1);
      await expect(one.page).toHaveTitle(/سبزی/);
    }
    await post('archive', { archived: 'true' });
    await expect(second.page.getByTestId('closed')).toBeVisible();
    await post('archive', { archived: 'false' });
    await expect(second.composer).toBeVisible();
    await post('delete', {});
    await expect(second.threads).toHaveCount(1);
    await expect(second.page.getByRole('status').getByRole('link')).toBeVisible();
  });
});

test('what begins elsewhere while a page is busy is seen after that', async ({ page, chat, context, server }) => {
  server.model?.script('begin', { text: ['Begun.'] });
  const writeDown = (title: string) =>
    server.model?.script(`write down ${title}`, { calls: [{ name: 'add_task', arguments: { title } }] }, { text: ['Noted.'] });
  await chat.open();
  await chat.ask('begin here');

  await test.step('with an answer that has ended, but not for this page', async () => {
    const second = await beside(page);
    const held = await hold(second.page, 'send');
    await second.say('begin again');
    await held.answered;
    await expect(chat.answers).toHaveCount(2);
    await chat.idle();
    writeDown('milk');
    await chat.ask('write down milk');
    // The hint of a task comes after that of the message which made it.
    await expect(second.tasks).toHaveCount(1);
    await expect(second.stop).toBeVisible();
    held.release();
    await expect(second.users).toHaveText(['begin here', 'begin again', 'write down milk']);
    await expect(second.answers).toHaveText(['Begun.', 'Begun.', 'Noted.']);
    await second.idle();
    await second.page.close();
  });
  await test.step('with opening the thread', async () => {
    const third = new Chat(await context.newPage());
    await third.open();
    const held = await hold(third.page, 'thread');
    await third.threads.first().click();
    await held.answered;
    writeDown('bread');
    await chat.ask('write down bread');
    await expect(third.tasks).toHaveCount(2);
    await expect(third.users).toHaveCount(0);
    held.release();
    await expect(third.users).toHaveText(['begin here', 'begin again', 'write down milk', 'write down bread']);
    await expect(third.answers).toHaveText(['Begun.', 'Begun.', 'Noted.', 'Noted.']);
    await third.idle();
  });
});

/** How many streams the pages of a browser have at a time: for all tabs together, and those of messages that were sent. */
function streams(context: BrowserContext): { shared: () => number; own: () => number } {
  const open = new Map<Request, Page>();
  context.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith('/api/')) open.set(request, request.frame().page());
  });
  const over = (request: Request) => void open.delete(request);
  context.on('requestfinished', over).on('requestfailed', over);
  // Of a page that closes, nothing more is told.
  const count = (path: string) => () => [...open].filter(([request, page]) => !page.isClosed() && new URL(request.url()).pathname === path).length;
  return { shared: count('/api/changes'), own: count('/api/chat/send') };
}

test('one stream for all tabs, and another tab takes it over', async ({ page, chat, context }) => {
  const { shared } = streams(context);
  await chat.open();
  await expect.poll(shared).toBe(1);
  const second = await beside(page);
  const third = await beside(page);
  const bearer = await token(context);
  await expect.poll(shared, 'the other tabs have none').toBe(1);
  const add = (title: string) =>
    fetch(`${new URL(page.url()).origin}/api/v1/tools/add_task`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      body: JSON.stringify({ title }),
    });
  expect((await add('By a program')).status).toBe(200);
  for (const one of [chat, second, third]) await expect(one.tasks.filter({ hasText: 'By a program' })).toHaveCount(1);
  // The one that was shown last has the stream.
  await third.page.close();
  await expect.poll(shared).toBe(1);
  await add('After that');
  for (const one of [chat, second]) await expect(one.tasks).toHaveCount(2);
});

test('an answer is told to all tabs by their one stream', async ({ page, chat, context, server }) => {
  const { shared, own } = streams(context);
  server.model?.script('begin', { text: ['Begun.'] });
  await chat.open();
  await chat.ask('begin here');
  const second = await beside(page);
  const third = await beside(page);
  const gate = new Gate();
  server.model?.script('held-story', { text: words(60), gap: 10, before: gate.at(5) });
  await chat.say('tell me the held-story');
  for (const one of [second, third]) await expect(one.answers.last()).toContainText('word5');
  gate.open();
  for (const one of [chat, second, third]) await expect(one.answers.last()).toContainText('word60');
  for (const one of [chat, second, third]) await one.idle();
  await expect.poll(shared).toBe(1);
  await expect.poll(own).toBe(0);
  await expect(second.answers).toHaveCount(2);
});

test('more tabs with answers than a browser has connections', async ({ page, chat, context, server, watch }) => {
  // Tabs that give their own streams up.
  watch.allow(BROKEN);
  test.slow();
  const { shared, own } = streams(context);
  const gate = new Gate();
  const tabs = [];
  // A browser has six connections, and a person eight answers at a time.
  for (let number = 1; number <= 7; number += 1) {
    // Goes on word by word, and ends only when all tabs are there.
    server.model?.script(`story ${number}.`, { text: words(600), gap: 300, before: gate.at(599) });
    const tab = number === 1 ? chat : new Chat(await context.newPage());
    await tab.open();
    await tab.say(`tell me story ${number}.`);
    await expect(tab.answers.last()).toContainText('word5');
    tabs.push(tab);
  }
  // Only the tab that was shown last may have a stream of its own.
  await expect.poll(own).toBeLessThanOrEqual(1);
  await expect.poll(shared).toBe(1);
  server.model?.script('and you', { text: ['At once.'] });
  const last = new Chat(await context.newPage());
  await last.open();
  await last.ask('and you?');
  for (const tab of tabs) {
    await expect(tab.stop).toBeVisible();
    const seen = await tab.answers.last().innerText();
    await expect.poll(async () => (await tab.answers.last().innerText()).length).toBeGreaterThan(seen.length);
    await tab.stop.click();
    await tab.idle();
  }
  void page;
});

test('the tab with the stream closes in the middle of an answer', async ({ page, chat, context, server, watch }) => {
  watch.allow(BROKEN);
  const { shared } = streams(context);
  const gate = new Gate();
  server.model?.script('held-story', { text: words(12), before: gate.at(5) });
  await chat.open();
  await chat.say('tell me the held-story');
  await expect(chat.answers.last()).toContainText('word5');
  const second = await beside(page);
  const third = await beside(page);
  for (const one of [second, third]) await expect(one.answers.last()).toContainText('word5');
  await third.page.close();
  await expect.poll(shared).toBe(1);
  gate.open();
  for (const one of [chat, second]) {
    await expect(one.answers.last()).toHaveText(words(12).join('').trim());
    await one.idle();
    await expect(one.failed).toHaveCount(0);
  }
});

test('two devices are in step, and the tasks page with them', async ({ page, chat, server, person, browser, watch }) => {
  const device = await openContext(browser, server.url, watch);
  const form = { email: person.email, password: PASSWORD };
  await device.request.post(`${server.url}/api/account/sign-in`, { form, headers: { origin: server.url } });
  const elsewhere = await device.newPage();
  await elsewhere.goto('/tasks');
  await chat.open();
  server.model?.script('write down', { calls: [{ name: 'add_task', arguments: { title: 'Buy milk' } }] }, { text: ['Noted.'] });
  await chat.ask('write down the milk');
  await expect(elsewhere.getByTestId('pending').getByTestId('task')).toHaveCount(1);
  await elsewhere.getByTestId('task').getByRole('checkbox').click();
  await expect(page.getByTestId('completed').getByTestId('task')).toHaveCount(1);
  await device.close();
});

test('an answer goes on after a time without a connection, and is as it is stored', async ({ page, chat, context, server, watch }) => {
  watch.allow(BROKEN);
  const bearer = await token(context);
  const gate = new Gate();
  server.model?.script('long-story', { text: words(60), gap: 20, before: gate.at(20) });
  await chat.open();
  await chat.say('tell me the long-story');
  await expect(chat.answers.last()).toContainText('word15');
  await context.setOffline(true);
  gate.open();
  // Nothing is lost by being away for longer than the answer takes.
  await expect.poll(async () => (await stored(server.url, bearer, 'assistant_message')).length).toBe(1);
  await context.setOffline(false);
  await expect(chat.answers.last()).toContainText('word60');
  await chat.idle();
  const [answer] = await stored(server.url, bearer, 'assistant_message');
  expect(await chat.answers.last().innerText()).toBe(answer?.trim());
  await expect(chat.answers).toHaveCount(1);
  await expect(chat.failed).toHaveCount(0);
  await page.reload();
  expect(await chat.answers.last().innerText()).toBe(answer?.trim());
});

test('a line that has died without a word is given up', async ({ page, chat, server, watch }) => {
  watch.allow(BROKEN);
  const gate = new Gate();
  server.model?.script('held-story', { text: words(12), before: gate.at(5) });
  await page.clock.install();
  await chat.open();
  await chat.say('tell me the held-story');
  await expect(chat.answers.last()).toContainText('word5');
  await expect(page).toHaveURL(/\/chat\/thr_/);

  await test.step('an answer is followed again', async () => {
    const asked = await silent(page, 'changes');
    await page.reload();
    await chat.hydrated();
    await expect.poll(asked).toBe(1);
    await page.clock.fastForward(SILENCE);
    await expect.poll(asked).toBe(2);
    gate.open();
    await expect(chat.answers.last()).toContainText('word12');
    await chat.idle();
    await expect(chat.answers).toHaveCount(1);
    await expect(chat.failed).toHaveCount(0);
  });
  await test.step('a thread is not opened for ever', async () => {
    await chat.newThread.click();
    await expect(page).toHaveURL(/\/chat$/);
    const asked = await silent(page, 'chat/thread');
    await chat.threads.first().click();
    await expect.poll(asked).toBe(1);
    await page.clock.fastForward(SILENCE);
    // The stream of hints is made anew as well, by which the page looks again by itself.
    await expect(chat.answers).toHaveCount(1);
    await expect(chat.failed).toHaveCount(0);
    await chat.ask('and then?');
  });
});

for (const locale of ['en', 'ur'] as const) {
  test(`a server that is killed in the middle of an answer says so, and goes on (${locale})`, async ({ chat, context, server, person, watch }) => {
    watch.allow(BROKEN);
    void person;
    await setAppearance(context, server.url, locale, 'light');
    const [first, second] = [new Gate(), new Gate()];
    // What the server says while it answers is in the language of the question, and so must the answer be.
    const [question, word] = { en: ['tell me the story', 'word'], ur: ['مجھے کہانی سنائیں', 'لفظ'] }[locale] as [string, string];
    const text = words(12).map((one) => one.replace('word', word));
    server.model?.script(question, { text, before: first.at(5) }, { text, before: second.at(0) });
    await chat.open();
    await chat.say(question);
    await expect(chat.answers.last()).toContainText(`${word}5`);
    await server.kill();
    first.open();
    await server.run();
    const line = { en: 'The server was restarted; going on with the answer', ur: 'سرور دوبارہ چلا ہے؛ جواب جاری ہے' }[locale];
    await expect(chat.page.getByTestId('progress')).toContainText(line, { timeout: 30_000 });
    second.open();
    await expect(chat.answers.last()).toContainText(`${word}12`);
    await chat.idle();
    await expect(chat.answers).toHaveCount(1);
    await expect(chat.answers.last()).toHaveText(text.join('').trim());
  });
}

test.describe('a message without a connection', () => {
  const waiting = (page: Page) => page.getByTestId('waiting');
  async function write(chat: Chat, text: string): Promise<void> {
    await chat.composer.fill(text);
    await chat.send.click();
  }

  test('waits, in its order, can be taken back, and goes once', async ({ page, chat, context, server, watch }) => {
    watch.allow(BROKEN);
    const bearer = await token(context);
    await chat.open();
    await context.setOffline(true);
    await write(chat, 'first of two');
    await write(chat, 'never mind');
    await write(chat, 'second of two');
    await expect(waiting(page)).toHaveCount(3);
    await expect(waiting(page).first()).toContainText('Waiting for a connection');
    await waiting(page).filter({ hasText: 'never mind' }).getByTestId('take-back').click();
    await expect(chat.composer).toHaveValue('never mind');
    await expect(waiting(page)).toHaveCount(2);
    await context.setOffline(false);
    await expect(chat.answers).toHaveCount(2);
    await expect(waiting(page)).toHaveCount(0);
    await expect(page).toHaveURL(/\/chat\/thr_/);
    await expect(chat.users).toHaveText(['first of two', 'second of two']);
    expect(await stored(server.url, bearer, 'user_message')).toEqual(['first of two', 'second of two']);
    await expect(chat.threads, 'both are in one thread').toHaveCount(1);
  });

  test('in a thread, while the server is down, in Urdu', async ({ page, chat, context, server, person, watch }) => {
    watch.allow(BROKEN);
    void person;
    await setAppearance(context, server.url, 'ur', 'light');
    const bearer = await token(context);
    await chat.open();
    await chat.ask('hello');
    await server.kill();
    await write(chat, 'are you there?');
    await expect(waiting(page)).toContainText('رابطے کا انتظار ہے');
    await server.run();
    await expect(chat.answers).toHaveCount(2);
    await expect(waiting(page)).toHaveCount(0);
    expect(await stored(server.url, bearer, 'user_message')).toEqual(['hello', 'are you there?']);
  });

  test('which had arrived after all is there once', async ({ page, chat, context, server, watch }) => {
    watch.allow(BROKEN);
    const bearer = await token(context);
    let sent = 0;
    await chat.open();
    await page.route('**/api/chat/send', async (route) => {
      sent += 1;
      if (sent > 1) return route.continue();
      // The server has it; the page does not hear of that.
      await context.request.post(route.request().url(), { data: route.request().postDataJSON() as object, headers: { origin: server.url } });
      await route.abort();
    });
    await write(chat, 'only once');
    await expect(chat.answers).toHaveCount(1);
    expect(sent).toBeGreaterThan(1);
    expect(await stored(server.url, bearer, 'user_message')).toEqual(['only once']);
    await expect(chat.users).toHaveCount(1);
  });

  test('which nobody answers goes again, and is there once', async ({ page, chat, context, server, watch }) => {
    watch.allow(BROKEN);
    const bearer = await token(context);
    await page.clock.install();
    await chat.open();
    // The page's own request, and the first of those that the outbox makes.
    const asked = await silent(page, 'chat/send', 2);
    const keys: string[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/api/chat/send')) keys.push((request.postDataJSON() as { key: string }).key);
    });
    await write(chat, 'only once');
    await expect.poll(asked).toBe(1);
    await expect(chat.stop).toBeVisible();
    await page.clock.fastForward(SILENCE);
    await expect.poll(asked).toBe(2);
    await expect(waiting(page)).toHaveCount(1);
    await page.clock.fastForward(SILENCE);
    await expect(chat.answers).toHaveCount(1);
    await expect(waiting(page)).toHaveCount(0);
    await expect(chat.users).toHaveText(['only once']);
    expect(await stored(server.url, bearer, 'user_message')).toEqual(['only once']);
    expect(new Set(keys).size).toBe(1);
    await chat.idle();
  });

  test('goes when the page is opened again', async ({ page, chat, context, server, watch }) => {
    watch.allow(BROKEN);
    const bearer = await token(context);
    await chat.open();
    await chat.ask('hello');
    const url = page.url();
    await context.setOffline(true);
    await write(chat, 'written before');
    await expect(waiting(page)).toHaveCount(1);
    await page.close();
    await context.setOffline(false);
    const again = new Chat(await context.newPage());
    await again.open('/settings');
    await expect.poll(() => stored(server.url, bearer, 'user_message')).toEqual(['hello', 'written before']);
    await again.open(url);
    await expect(again.answers).toHaveCount(2);
    await expect(waiting(again.page)).toHaveCount(0);
  });

  test('is gone with the session', async ({ page, chat, context, watch }) => {
    watch.allow(BROKEN);
    await chat.open();
    await page.evaluate(() => localStorage.setItem('kaam.other', 'stays'));
    await context.setOffline(true);
    await write(chat, 'private words');
    await expect(waiting(page)).toHaveCount(1);
    const kept = () => page.evaluate(() => JSON.stringify(localStorage));
    expect(await kept()).toContain('private words');
    // The request to sign out is what the browser sends last, so it must not be sent before the page has let go.
    await page.route('**/api/account/sign-out', (route) => route.fulfill({ status: 200, contentType: 'text/html', body: 'bye' }));
    await page.locator('.sidebar form[action$="/sign-out"] button').click();
    // What is not sent is named, and nothing of it goes without a yes.
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText('private words');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await expect(dialog).toBeHidden();
    expect(await kept()).toContain('private words');
    await page.locator('.sidebar form[action$="/sign-out"] button').click();
    await dialog.getByTestId('confirm').click();
    await expect(page.getByText('bye')).toBeVisible();
    expect(await kept()).not.toContain('private words');
    expect(await kept()).toContain('stays');
  });
});
