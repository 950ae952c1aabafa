// The whole story with the TypeScript client: list, add, complete, delete with confirmation, read resources.
//   node story.mjs URL TOKEN MODE, where MODE is `auto` (2026-07-28) or `legacy` (the handshake of before).
// The packages lie elsewhere: MCP_MODULES names their folder.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { randomUUID } from 'node:crypto';

const require = createRequire(`${process.env.MCP_MODULES}/`);
const { Client, StreamableHTTPClientTransport } = require('@modelcontextprotocol/client');
const [url, token, mode] = process.argv.slice(2);

let consents = true;
const asked = [];
const client = new Client(
  { name: 'story', version: '1' },
  { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode } },
);
client.setRequestHandler('elicitation/create', async ({ params }) => {
  asked.push(params.message);
  return consents ? { action: 'accept', content: { delete: true } } : { action: 'decline' };
});
const requestInit = { headers: { Authorization: `Bearer ${token}` } };
await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', url), { requestInit }));
const isNew = mode === 'auto';

const { tools } = await client.listTools();
assert.equal(tools.length, 9);
for (const tool of tools) {
  const hints = tool.annotations;
  assert.ok(tool.title && tool.outputSchema, tool.name);
  for (const hint of ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint']) assert.equal(typeof hints[hint], 'boolean', tool.name);
}
const call = async (name, args) => {
  const result = await client.callTool({ name, arguments: args });
  assert.ok(!result.isError, `${name}: ${JSON.stringify(result.content)}`);
  return result.structuredContent;
};
const word = randomUUID().slice(0, 8);
const title = `Call the ${word} office`;
const batch = await call('add_tasks', { tasks: [{ title, due: 'today' }, { title: '' }] });
assert.equal(batch.failed[0].index, 1);
const { id } = batch.added[0];
assert.deepEqual((await call('find_tasks', { words: word })).tasks.map((task) => task.id), [id]);

const today = JSON.parse((await client.readResource({ uri: 'tasks://today' })).contents[0].text);
assert.ok(today.tasks.some((task) => task.id === id));
const ref = { type: 'ref/resource', uri: 'tasks://{id}' };
const completed = await client.complete({ ref, argument: { name: 'id', value: word } });
assert.deepEqual(completed.completion.values, [id]);
const review = await client.getPrompt({ name: 'weekly_review', arguments: { language: 'urdu' } });
assert.match(review.messages[0].content.text, /ہفتے کا جائزہ/);

const done = await call('complete_tasks', { task_ids: [id] });
assert.equal(done.completed[0].status, 'completed');
await call('undo', { undo_token: done.undo_token });

if (isNew) {
  consents = false;
  const refused = await client.callTool({ name: 'delete_task', arguments: { task_id: id } });
  assert.ok(refused.isError && refused.content[0].text.includes('did not confirm'), JSON.stringify(refused));
  consents = true;
}
await call('delete_task', { task_id: id });
assert.equal(asked.length, isNew ? 2 : 0);
assert.deepEqual((await call('find_tasks', { words: word })).tasks, []);
await client.close();
