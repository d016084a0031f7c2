// The report for whoever helps: how the programs are, and nothing of any buyer,
// any folder or any secret.

import { useEffect, useState } from 'preact/hooks';
import type { Diagnostics, Status } from 'shared/wire/wire.gen';
import { t } from '../../../ui/text';
import { supportText } from './report';

interface CopyProps {
  status: Status | undefined;
  diagnostics: Diagnostics | undefined;
}

export function CopyReport({ status, diagnostics }: CopyProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    if (!status || !diagnostics) return;
    const { version } = chrome.runtime.getManifest();
    const text = supportText({ extension: version, browser: navigator.userAgent, status, diagnostics });
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <button
      type="button"
      class="button"
      disabled={!status || !diagnostics}
      title={t('settings_support_text')}
      onClick={() => void copy()}
    >
      {copied ? t('ui_copied') : t('settings_support')}
    </button>
  );
}
