// The last lines of the daemon's log, which names no buyer and no secret.

import { t } from '../../../ui/text';

export function Log({ lines }: { lines: string[] }) {
  if (lines.length === 0) return <p class="faint">{t('settings_log_none')}</p>;
  return (
    <>
      <p class="faint">{t('settings_log_text')}</p>
      <details>
        <summary>{t('settings_log_show')}</summary>
        {/* It scrolls by itself, so the keyboard has to reach it. */}
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls */}
        <section class="log" aria-label={t('settings_log_lines')} tabIndex={0} lang="en">
          <pre>{lines.join('\n')}</pre>
        </section>
      </details>
    </>
  );
}
