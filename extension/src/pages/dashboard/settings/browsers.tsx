// The browsers that are paired, and the end of a pairing.

import type { Client, Status } from 'shared/wire/wire.gen';
import { ask } from '../../../messages';
import { Command, Phrase } from '../../../ui/parts';
import { t } from '../../../ui/text';
import { day, moment } from '../../../ui/words';
import { AskOnce } from '../../sharing/ask';

interface BrowsersProps {
  clients: Client[];
  put: (status: Status) => void;
}

export function Browsers({ clients, put }: BrowsersProps) {
  return (
    <>
      <ul class="rows">
        {clients.map((client) => (
          <li key={client.id}>
            <div class="grow">
              <p class="strong">{client.browser}</p>
              <p class="faint">
                {t('settings_paired', day(client.paired))} · {seen(client)}
              </p>
            </div>
            <AskOnce
              opener={t('settings_revoke')}
              named={t('settings_revoke_of', client.browser)}
              question={t('settings_revoke_ask', client.browser)}
              yes={t('settings_revoke_yes')}
              doing={t('settings_revoking')}
              act={() => ask('revokeClient', { id: client.id })}
              done={put}
            >
              <p>{t('settings_revoke_text')}</p>
            </AskOnce>
          </li>
        ))}
      </ul>
      <p>
        <Phrase text={t('settings_pair_more')} />
      </p>
      <Command line="blackmark pair" />
    </>
  );
}

function seen({ connected, last_seen }: Client): string {
  if (connected) return t('settings_connected');
  return last_seen ? t('settings_last_seen', moment(last_seen)) : t('settings_never_seen');
}
