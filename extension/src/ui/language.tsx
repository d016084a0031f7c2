// The language of everything that the extension shows.

import { useEffect, useState } from 'preact/hooks';
import { ask } from '../messages';
import { choice, choose, LANGUAGES } from './chosen';
import { type Language, t } from './text';

export function LanguageChoice() {
  const [chosen, setChosen] = useState<Language>();
  useEffect(() => void choice().then(setChosen), []);
  const put = async (language: Language | undefined) => {
    setChosen(language);
    await choose(language);
    // The next page of a marketplace that is opened has it.
    await ask('sitesChanged');
    // What is on the screen was said in the old one.
    location.reload();
  };
  return (
    <>
      <fieldset class="languages">
        <legend class="faint">{t('ui_language_lead')}</legend>
        <label class="option">
          <input type="radio" name="language" checked={!chosen} onChange={() => void put(undefined)} />
          {t('ui_language_browser')}
        </label>
        {LANGUAGES.map(([code, name]) => (
          <label key={code} class="option" lang={code.replace('_', '-')}>
            <input type="radio" name="language" checked={chosen === code} onChange={() => void put(code)} />
            {name}
          </label>
        ))}
      </fieldset>
      <p class="faint">{t('ui_language_note')}</p>
    </>
  );
}
