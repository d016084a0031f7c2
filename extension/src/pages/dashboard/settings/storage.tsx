// Where the data is, and how much room it takes.

import type { Diagnostics } from 'shared/wire/wire.gen';
import { t, tOr } from '../../../ui/text';
import { sizeWords } from '../../sharing/words';

export function Storage({ diagnostics: { folder, free, storage } }: { diagnostics: Diagnostics }) {
  return (
    <>
      <p>{t('settings_folder')}</p>
      <p>
        <code class="path">{folder}</code>
      </p>
      <dl class="facts">
        {storage.map(({ room, bytes }) => (
          <div key={room}>
            <dt>{tOr(`settings_room_${room}`, room)}</dt>
            <dd>{sizeWords(bytes)}</dd>
          </div>
        ))}
        <div>
          <dt>{t('settings_free')}</dt>
          <dd>{sizeWords(free)}</dd>
        </div>
      </dl>
    </>
  );
}
