/** What is seen while a model answers: tokens one by one, steps, stop, failure and retry. */
import { Gate } from '../scripted-model';
import { Chat, expect, test } from '../support/fixtures';

test.use({ assistant: 'scripted' });

/** Words that a reply sends one a chunk. */
const words = (count: number) => Array.from({ length: count }, (_, at) => `word${at + 1} `);

test('tokens arrive one by one', async ({ chat, server }) => {
  const text = words(20);
  // The model does not say a word before the one in front of it is on the page. (The first ones are held until their language is known.)
  const before = (at: number) => (at > 5 ? expect(chat.answers.last()).toHaveText(text.slice(0, at).join('').trim()) : undefined);
  server.model?.script('careful-story', { text, before });
  await chat.open();
  await chat.ask('tell me the careful-story');
  await expect(chat.answers.last()).toHaveText(text.join('').trim());
  await expect(chat.failed).toHaveCount(0);
});

test('what has been said is on the page before the model goes on', async ({ page, chat, server }) => {
  const gate = new Gate();
  server.model?.script('held-story', { text: words(12), before: gate.at(5) });
  await chat.open();
  await chat.say('tell me the held-story');
  await expect(chat.answers.last()).toContainText('word5');
  await expect(chat.answers.last()).not.toContainText('word6');
  await expect(chat.stop).toBeVisible();

  await test.step('a second window, and a reload, follow the same answer', async () => {
    await expect(page).toHaveURL(/\/chat\/thr_/);
    const second = await page.context().newPage();
    await second.goto(page.url());
    await expect(new Chat(second).answers.last()).toContainText('word5');
    await page.reload();
    await chat.hydrated();
    await expect(chat.answers.last()).toContainText('word5');
    gate.open();
    await expect(new Chat(second).answers.last()).toContainText('word12');
    await second.close();
  });
  await expect(chat.answers.last()).toContainText('word12');
  await chat.idle();
  await expect(chat.answers).toHaveCount(1);
});

test('stop keeps what is there', async ({ page, chat, server }) => {
  const gate = new Gate();
  server.model?.script('stopped-story', { text: words(12), before: gate.at(5) }, { text: ['After the stop.'] });
  const before = server.model?.abandoned ?? 0;
  await chat.open();
  await chat.say('tell me the stopped-story');
  await expect(chat.answers.last()).toContainText('word5');
  await chat.stop.click();
  await chat.idle();
  await expect.poll(() => server.model?.abandoned, { message: 'the request to the model is given up' }).toBe(before + 1);
  gate.open();

  for (const when of ['now', 'after a reload']) {
    await test.step(when, async () => {
      await expect(chat.answers.last()).toContainText('word5');
      await expect(chat.answers.last()).not.toContainText('word6');
    });
    await page.reload();
    await chat.hydrated();
  }
  await chat.ask('and then, after the stopped-story?');
  await expect(chat.answers.last()).toContainText('After the stop.');
});

test('a failure says so, and a retry answers', async ({ page, chat, server, watch }) => {
  watch.allow(/Failed to load resource/);
  server.model?.script('broken-story', { text: words(3), fault: 'break' }, { text: ['Whole ', 'this ', 'time.'] });
  await chat.open();
  await chat.say('tell me the broken-story');
  await expect(chat.failed).toBeVisible();
  await expect(chat.failed).not.toBeEmpty();
  await chat.retry.click();
  await expect(chat.answers.last()).toContainText('Whole this time.');
  await expect(chat.failed).toHaveCount(0);
  await chat.idle();

  await page.reload();
  await chat.hydrated();
  await expect(chat.users).toHaveCount(1);
  await expect(chat.answers).toHaveCount(1);
  await expect(chat.answers).toContainText('Whole this time.');
});

test('a model that answers with something else is a failure, not a blank answer', async ({ chat, server }) => {
  server.model?.script('garbage-story', { fault: 'garbage' });
  await chat.open();
  await chat.say('tell me the garbage-story');
  await expect(chat.failed).toBeVisible({ timeout: 40_000 });
  await expect(chat.composer).toBeEditable();
});

for (const shape of ['openai', 'gemini'] as const) {
  test(`tool calls in the shape of ${shape}, Urdu cut between the bytes of a character`, async ({ page, chat, server }) => {
    const key = `کام ${shape}`;
    const title = `سبزی لانا ${shape}`;
    const answer = ['میں نے ', '«سبزی لانا»', ' آپ کی فہرست', ' میں لکھ ', 'دیا ہے۔ ', '🥕'];
    server.model?.script(key, { shape, cut: true, calls: [{ name: 'add_task', arguments: { title, due: '2030-01-15' } }] }, { shape, cut: true, text: answer });
    await chat.open();
    await chat.ask(`${key}: مجھے سبزی لانی ہے`);
    await expect(chat.answers.last()).toHaveText(answer.join('').trim());
    await expect(chat.answers.last()).not.toContainText('\uFFFD');
    await expect(chat.steps.first()).toContainText(title);
    await expect(chat.tasks.filter({ hasText: title })).toHaveCount(1);

    // What the model was told is what happened.
    const told = server.model?.requests.at(-1)?.messages.findLast((message) => message.role === 'tool')?.content;
    expect(JSON.stringify(told)).toContain('2030-01-15');

    await page.reload();
    await chat.hydrated();
    await expect(chat.answers.last()).toHaveText(answer.join('').trim());
    await expect(chat.tasks.filter({ hasText: title })).toHaveCount(1);
  });
}

test('several tools at once, each once', async ({ chat, server }) => {
  const calls = ['bread', 'eggs', 'tea'].map((title) => ({ name: 'add_task', arguments: { title } }));
  server.model?.script('shopping-list', { calls }, { text: ['Three ', 'things ', 'noted.'] });
  await chat.open();
  await chat.ask('the shopping-list please');
  await expect(chat.tasks).toHaveCount(3);
  await expect(chat.steps).toHaveCount(3);
});

test('Markdown is drawn, and nothing dangerous with it', async ({ page, chat, server }) => {
  server.model?.script('markdown', {
    text: ['## A head', 'ing\n\n- one\n- **tw', 'o**\n\n`code` and [a link](https://example.com/)', ' and [bad](javascript:alert(1)) <b onclick="alert(1)">raw</b>', '<script>document.title = 1</script>\n'],
    gap: 20,
  });
  await chat.open();
  await chat.ask('markdown please');
  for (const when of ['streamed', 'stored']) {
    await test.step(when, async () => {
      const answer = chat.answers.last();
      await expect(answer.getByRole('heading')).toHaveText('A heading');
      await expect(answer.getByRole('listitem')).toHaveCount(2);
      await expect(answer.locator('strong')).toHaveText('two');
      await expect(answer.locator('script, [onclick], a[href^="javascript:"]')).toHaveCount(0);
      await expect(answer.getByRole('link', { name: 'a link' })).toHaveAttribute('href', 'https://example.com/');
    });
    await page.reload();
    await chat.hydrated();
  }
});
