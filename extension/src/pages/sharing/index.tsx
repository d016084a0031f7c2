// The page on which a seller joins other sellers, shares marks, sees what was
// shared, takes it back and leaves. It asks the background for everything and
// stores nothing.

import { useEffect } from 'preact/hooks';
import type { Sharing } from 'shared/wire/wire.gen';
import { LinkNotice, LinkState, useLink } from '../../ui/connection';
import { Busy, Sign, useOnce } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { start } from '../../ui/start';
import { t } from '../../ui/text';
import { Glance } from './glance';
import { Join } from './join';
import { Leave, Leaving } from './leave';
import { Settings } from './settings';
import { Share } from './share';
import { SharedMarks } from './shared';
import { useSharing } from './state';

function SharingPage() {
  const [link, setLink] = useLink();
  const connected = link.state === 'connected';
  const { sharing, problem, put } = useSharing(connected);
  const settled = useOnce(link.state !== 'connecting' && (!connected || !!sharing || !!problem));
  useEffect(() => {
    document.title = t('sharing_title');
  }, []);
  return (
    <>
      <header>
        <Sign size={32} />
        <div class="grow">
          <h1>{t('sharing_title')}</h1>
          <p class={settled ? '' : 'coming'}>
            {t(sharing?.state === 'joined' ? 'sharing_lead_joined' : 'sharing_lead')}
          </p>
        </div>
        {settled && <LinkState link={link} />}
      </header>
      {settled && <LinkNotice link={link} changed={setLink} />}
      {connected && problem && <ProblemNotice problem={problem} />}
      {!settled && <Busy text={t('ui_loading')} />}
      {sharing && <Stage sharing={sharing} put={put} />}
    </>
  );
}

/** What a part of the page is given: how sharing stands, and where to put how it stands after a change. */
export interface PartProps {
  sharing: Sharing;
  put: (sharing: Sharing) => void;
}

/** The page as far as the seller has gone. */
function Stage({ sharing, put }: PartProps) {
  switch (sharing.state) {
    case 'off':
      return (
        <>
          {sharing.problem && <ProblemNotice problem={sharing.problem} />}
          <Join put={put} />
        </>
      );
    case 'leaving':
      return <Leaving sharing={sharing} />;
    case 'joined':
      return (
        <div class="joined">
          <Glance sharing={sharing} />
          <div class="work">
            <Share sharing={sharing} put={put} />
            <SharedMarks sharing={sharing} put={put} />
            <Settings sharing={sharing} put={put} />
            <Leave sharing={sharing} put={put} />
          </div>
        </div>
      );
  }
}

void start(<SharingPage />, 'sharing');
