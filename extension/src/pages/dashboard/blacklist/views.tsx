// Filters that the seller saved under names of his own.

import { useState } from 'preact/hooks';
import { t } from '../../../ui/text';
import { useKept } from '../kept';
import { Menu } from '../menu';
import { type Filter, isOpen, readFilter } from './filter';

/** Filters that are kept; more would be no menu. */
const MOST = 30;
/** Characters of a name. */
const LONGEST = 40;

interface View {
  name: string;
  filter: Filter;
}

const isViews = (value: unknown): value is View[] =>
  Array.isArray(value) && value.every((one) => typeof one?.name === 'string' && readFilter(one.filter));

export function Views({ filter, change }: { filter: Filter; change: (filter: Filter) => void }) {
  const [views, keep] = useKept<View[]>('blacklist.views', [], isViews);
  const [name, setName] = useState('');
  const save = () => {
    const title = name.trim();
    const others = views.filter((one) => one.name !== title);
    keep([...others, { name: title, filter }].sort((a, b) => a.name.localeCompare(b.name)));
    setName('');
  };
  return (
    <Menu label={t('blacklist_views')}>
      {(close) => (
        <>
          {views.length === 0 && <p class="faint">{t('blacklist_views_none')}</p>}
          {views.map((view) => (
            <div key={view.name} class="view">
              <button
                type="button"
                class="quiet grow clip"
                onClick={() => {
                  change(readFilter(view.filter) ?? filter);
                  close();
                }}
              >
                {view.name}
              </button>
              <button
                type="button"
                class="quiet small"
                aria-label={t('blacklist_view_delete', view.name)}
                onClick={() => keep(views.filter((one) => one !== view))}
              >
                ✕
              </button>
            </div>
          ))}
          <form
            class="save"
            onSubmit={(event) => {
              event.preventDefault();
              save();
            }}
          >
            <input
              value={name}
              maxLength={LONGEST}
              aria-label={t('blacklist_view_name')}
              placeholder={t('blacklist_view_name')}
              onInput={(event) => setName(event.currentTarget.value)}
            />
            <button
              type="submit"
              class="button"
              disabled={
                isOpen(filter) ||
                name.trim() === '' ||
                (views.length >= MOST && !views.some((one) => one.name === name.trim()))
              }
            >
              {t('blacklist_view_save')}
            </button>
          </form>
          {isOpen(filter) && <p class="faint">{t('blacklist_view_open')}</p>}
        </>
      )}
    </Menu>
  );
}
