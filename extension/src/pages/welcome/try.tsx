// One badge to try, on an order that is plainly made up. Nothing is saved.

import { useState } from 'preact/hooks';
import { t } from '../../ui/text';
import { reasonShort } from '../../ui/words';
import { Badge, Flag } from './samples';

export function Try() {
  const [marked, setMarked] = useState(false);
  const state = marked ? 'black' : 'clear';
  return (
    <section class="samples" aria-labelledby="try">
      <h2 id="try">{t('welcome_try')}</h2>
      <p>{t('welcome_try_do')}</p>
      <div class="order">
        <span class="faint">{t('welcome_try_order', '0001')}</span>
        <span class="grow">{t('welcome_sample_buyer', 'A')}</span>
        <span class={`badges ${state}`}>
          <Badge state={state} />
          <button
            type="button"
            class="quiet"
            aria-pressed={marked}
            aria-label={t(marked ? 'welcome_try_unmark' : 'welcome_try_mark')}
            onClick={() => setMarked(!marked)}
          >
            <Flag />
          </button>
        </span>
        <span class="reason">{marked ? reasonShort('returns') : ''}</span>
      </div>
      <p class="faint said" role="status">
        {t(marked ? 'welcome_try_marked' : 'welcome_try_clear')}
      </p>
    </section>
  );
}
