// The language: it is the browser's, so that badges, menus and pages are all in
// the same one.

import { Phrase } from './parts';
import { t } from './text';

export function LanguageNote() {
  return (
    <>
      <p>{t('ui_language_now')}</p>
      <p class="faint">
        <Phrase text={t('ui_language_change')} />
      </p>
    </>
  );
}
