// Somebody else's application: React and the official @openai/chatkit-react, on an origin of its own, as their guides have it written.
// What is to be known is in the address; the test drives it by `window.chat`, and reads what happened from `window.happened`.
import { ChatKit, useChatKit } from '@openai/chatkit-react';
import { createElement, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './element';

const given = new URLSearchParams(location.search);
const kaam = given.get('kaam');
const happened = (window.happened = []);
const note =
  (name) =>
  (detail) =>
    happened.push({ name, detail: detail?.error ? { error: String(detail.error) } : (detail ?? {}) });

/** Adds who is calling, as the guides say. */
const authorised = (input, init = {}) => {
  const headers = new Headers(init.headers);
  headers.set('Authorization', `Bearer ${given.get('token')}`);
  return fetch(input, { ...init, headers });
};

function App() {
  const chat = useChatKit({
    api: {
      url: kaam + (given.get('path') ?? '/chatkit'),
      domainKey: 'local-dev',
      fetch: authorised,
      uploadStrategy: given.has('direct') ? { type: 'direct', uploadUrl: `${kaam}/chatkit/attachments` } : { type: 'two_phase' },
    },
    locale: given.get('locale') ?? 'en',
    composer: { attachments: { enabled: true } },
    threadItemActions: { feedback: true, retry: true },
    onReady: note('ready'),
    onError: note('error'),
    onEffect: note('effect'),
    onResponseStart: note('response.start'),
    onResponseEnd: note('response.end'),
    onThreadChange: note('thread.change'),
    onThreadLoadEnd: note('thread.load.end'),
  });
  window.chat = chat;
  return createElement(ChatKit, { control: chat.control, style: { height: 400 } });
}

createRoot(document.getElementById('root')).render(createElement(StrictMode, null, createElement(App)));
