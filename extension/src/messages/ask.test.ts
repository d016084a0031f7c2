import { expect, test } from '@playwright/test';
import { ask } from '.';

/** A background that answers so, one question after the other; Error: it ends instead. */
function background(...answers: unknown[]): unknown[] {
  const heard: unknown[] = [];
  const sendMessage = async (message: unknown) => {
    heard.push(message);
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  Object.assign(globalThis, {
    chrome: { runtime: { sendMessage }, i18n: { getMessage: (key: string) => key } },
  });
  return heard;
}

const ended = () => new Error('the message channel closed before a response was received');
const mark = { id: '0'.repeat(32), keys: [], reason: 'returns', via: 'popup' as const };

test('a background that ends before it has answered is asked again, the very same', async () => {
  const heard = background(ended(), undefined, { ok: true, value: 'waiting' });
  expect(await ask('mark', mark)).toEqual({ ok: true, value: 'waiting' });
  expect(heard).toEqual(Array(3).fill({ request: 'mark', args: [mark] }));
});

test('what would be done twice is asked once, and that nobody answered is its answer', async () => {
  const heard = background(ended(), { ok: true });
  expect(await ask('takeBackup')).toMatchObject({ ok: false, problem: { kind: 'internal' } });
  expect(heard).toHaveLength(1);
});

test('a background that ends each time is not asked for ever', async () => {
  const heard = background(ended(), ended(), ended(), ended());
  expect(await ask('status')).toMatchObject({ ok: false });
  expect(heard).toHaveLength(3);
});
