// The way to the page about sharing, with how sharing stands.

import { useEffect, useState } from 'preact/hooks';
import type { Sharing } from 'shared/wire/wire.gen';
import { ask } from '../../messages';
import { counted, t } from '../../ui/text';

export function SharingLink({ connected }: { connected: boolean }) {
  const [sharing, setSharing] = useState<Sharing>();
  useEffect(() => {
    if (connected) void ask('sharing').then((reply) => reply.ok && setSharing(reply.value));
  }, [connected]);
  return (
    <a href="../sharing/index.html" target="_blank" rel="noreferrer">
      {t('popup_sharing')}
      {sharing && (
        <span class={`stand ${sharing.problem ? 'trouble' : sharing.state}`}>{stand(sharing)}</span>
      )}
    </a>
  );
}

/** How sharing stands, in a word or two. */
function stand(sharing: Sharing): string {
  if (sharing.problem) return t('popup_sharing_trouble');
  if (sharing.state !== 'joined') return t(`popup_sharing_${sharing.state}`);
  return sharing.outbox > 0
    ? counted('popup_sharing_outbox', sharing.outbox)
    : counted('popup_sharing_shared', sharing.shared);
}
