// Marks out of a file: what the file holds is looked through first and nothing is
// changed; then the seller says yes, sees how far it is, may stop it, and may take
// all of it back. The daemon does the work: it goes on when this is closed, and
// whoever opens it again sees how far it is.

import { useEffect, useRef, useState } from 'preact/hooks';
import type { Import, ImportQuery, Problem } from 'shared/wire/wire.gen';
import { ask, type Reply } from '../../../messages';
import { upload } from '../../../ui/files';
import { Busy } from '../../../ui/parts';
import { ProblemNotice, problemLine } from '../../../ui/problem';
import { counted, number, t } from '../../../ui/text';
import { moment } from '../../../ui/words';
import { Sheet } from '../sheet';
import { type Given, NOTHING, Said } from './said';

/** Milliseconds between looks at an import that is at work. */
const LOOK = 200;
/** Refused rows that are shown. */
const SHOWN = 20;

interface ImportProps {
  closed: () => void;
  /** My Blacklist is no longer what it was */
  changed: () => void;
  /** what another page begins with: a file that it made, and what it knows of the rows */
  begin?: { file?: File; said?: Partial<Given> };
}

// Only one look can be at work. Who opens this again waits until the last one ended.
let leaving = Promise.resolve();

/** Stops a look that is no longer wanted, and waits for its end. */
async function stopped(id: string): Promise<void> {
  let now = await ask('stopImport', { id });
  while (now.ok && now.value.state === 'running') {
    await new Promise((resolve) => setTimeout(resolve, LOOK));
    now = await ask('importStatus', { id });
  }
}

export function ImportSheet({ closed, changed, begin }: ImportProps) {
  const first: Given = { ...NOTHING, ...begin?.said };
  const [file, setFile] = useState<{ upload: string; name: string }>();
  const [given, setGiven] = useState(first);
  const [look, setLook] = useState<Import>();
  const [job, setJob] = useState<Import>();
  const [busy, setBusy] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  // What is followed now; whoever begins something else, or closes this, takes the next number.
  const turn = useRef(0);
  /** the look through a file that is at work */
  const looking = useRef('');
  const leaveLook = () => {
    const id = looking.current;
    looking.current = '';
    if (id) leaving = stopped(id);
    return leaving;
  };
  useEffect(
    () => () => {
      turn.current++;
      void leaveLook();
    },
    [],
  );

  /** Looks again and again until it is at its end. */
  const follow = async (reply: Reply<Import>, put: (now: Import) => void): Promise<void> => {
    const mine = ++turn.current;
    let now = reply;
    while (mine === turn.current) {
      setProblem(now.ok ? null : now.problem);
      if (!now.ok) return;
      put(now.value);
      if (now.value.state !== 'running' && now.value.state !== 'undoing') return;
      await new Promise((resolve) => setTimeout(resolve, LOOK));
      now = await ask('importStatus', { id: now.value.id });
    }
  };
  const queryOf = (upload: string, name: string, said: Given): ImportQuery => {
    const { passphrase, replace, marketplace, region, kind, reason } = said;
    return {
      upload,
      file: name,
      ...(passphrase && { passphrase }),
      ...(replace && { replace }),
      ...(marketplace && { marketplace }),
      ...(region && { region }),
      ...(kind && { kind }),
      ...(reason && { reason }),
    };
  };

  /** Looks the file through, and changes nothing. */
  const check = async (sent: string, name: string, said: Given) => {
    const mine = ++turn.current;
    setLook(undefined);
    setProblem(null);
    setBusy(t('blacklist_import_reading'));
    await leaveLook();
    const begun = await ask('beginImport', { ...queryOf(sent, name, said), dry_run: true });
    if (begun.ok) looking.current = begun.value.id;
    // Closed, or another file was chosen, while this one was counted.
    if (mine !== turn.current) return leaveLook();
    await follow(begun, (now) => {
      if (now.state !== 'running') looking.current = '';
      setLook(now);
    });
    if (mine + 1 === turn.current) setBusy('');
  };
  const take = async (chosen: File | undefined) => {
    if (!chosen) return;
    turn.current++;
    setProblem(null);
    setLook(undefined);
    setGiven(first);
    setBusy(t('blacklist_import_sending'));
    const sent = await upload(chosen);
    setBusy('');
    if (!sent.ok) return setProblem(sent.problem);
    setFile({ upload: sent.value.id, name: chosen.name });
    return check(sent.value.id, chosen.name, first);
  };
  const run = async (begun: Reply<Import>) => {
    await follow(begun, setJob);
    changed();
  };
  const say = (said: Given) => {
    setGiven(said);
    if (file) void check(file.upload, file.name, said);
  };

  // An import that was left at work is what the seller wants to see.
  useEffect(() => {
    void ask('imports').then((reply) => {
      const atWork =
        reply.ok && reply.value.imports.find(({ state }) => state === 'running' || state === 'undoing');
      if (atWork && !atWork.dry_run) void run({ ok: true, value: atWork });
      else void take(begin?.file);
    });
  }, []);

  return (
    <Sheet title={t('blacklist_import_title')} closed={closed}>
      {job ? (
        <Job
          job={job}
          stop={() => void ask('stopImport', { id: job.id })}
          undo={async () => void run(await ask('undoImport', { id: job.id }))}
          other={() => {
            setJob(undefined);
            setLook(undefined);
            setFile(undefined);
          }}
        />
      ) : (
        <>
          <Choose name={file?.name} take={(chosen) => void take(chosen)} />
          {problem && <ProblemNotice problem={problem} />}
          {busy && !look && <Busy text={busy} />}
          {file && <Said key={file.upload} given={given} problem={problem} say={say} open={!!begin} />}
          {look && <Look look={look} stop={() => void leaveLook()} />}
          {file && look?.state === 'done' && look.marked + look.replaced > 0 && (
            <div class="line">
              <button
                type="button"
                class="button main"
                onClick={async () => run(await ask('beginImport', queryOf(file.upload, file.name, given)))}
              >
                {counted('blacklist_import_yes', look.marked + look.replaced)}
              </button>
            </div>
          )}
          {!file && <Earlier take={(one) => void run({ ok: true, value: one })} />}
        </>
      )}
      {job && problem && <ProblemNotice problem={problem} />}
    </Sheet>
  );
}

/** Takes a file, chosen or dropped. */
function Choose({ name, take }: { name: string | undefined; take: (file: File | undefined) => void }) {
  const [over, setOver] = useState(false);
  return (
    <label
      class={over ? 'drop over' : 'drop'}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer?.files[0]);
      }}
    >
      <span class="strong">{name ?? t('blacklist_import_choose')}</span>
      <span class="faint">{name ? t('blacklist_import_other') : t('blacklist_import_kinds')}</span>
      <input
        type="file"
        class="chooser"
        aria-label={t('blacklist_import_choose')}
        onChange={(event) => {
          take(event.currentTarget.files?.[0]);
          // The same file again is another choice.
          event.currentTarget.value = '';
        }}
      />
    </label>
  );
}

/** What a look through the file found. */
function Look({ look, stop }: { look: Import; stop: () => void }) {
  if (look.state === 'running') {
    return (
      <>
        <Way job={look} text={t('blacklist_import_reading')} />
        <div class="line">
          <button type="button" class="button" onClick={stop}>
            {t('blacklist_stop')}
          </button>
        </div>
      </>
    );
  }
  return (
    <>
      <p class="strong" role="status">
        {look.state === 'stopped' && !look.problem
          ? t('blacklist_import_look_stopped', number(look.done), number(look.rows))
          : counted('blacklist_import_found', look.rows)}
      </p>
      <Counts job={look} />
      {look.problem && <ProblemNotice problem={look.problem} />}
    </>
  );
}

/** What became of the rows; what there is none of is not spoken of. */
function Counts({ job }: { job: Import }) {
  const would = job.dry_run;
  const facts: [string, number][] = [
    [t(would ? 'blacklist_import_would_mark' : 'blacklist_import_marked'), job.marked],
    [t(would ? 'blacklist_import_would_replace' : 'blacklist_import_replaced'), job.replaced],
    [t('blacklist_import_already'), job.already],
    [t('blacklist_import_repeated'), job.repeated],
    [t('blacklist_import_refused'), job.refused],
  ];
  const refusals = job.refusals ?? [];
  return (
    <>
      <dl>
        {facts
          .filter(([, count]) => count > 0)
          .map(([name, count]) => (
            <div key={name} class="count">
              <dt>{name}</dt>
              <dd>{number(count)}</dd>
            </div>
          ))}
      </dl>
      {refusals.length > 0 && (
        <details>
          <summary>{counted('blacklist_import_why', job.refused)}</summary>
          <ul class="refusals">
            {refusals.slice(0, SHOWN).map(({ row, problem }) => (
              <li key={row}>
                {t('blacklist_import_row', number(row))} {problem && problemLine(problem)}
              </li>
            ))}
            {job.refused > Math.min(SHOWN, refusals.length) && (
              <li>{counted('blacklist_import_row_more', job.refused - Math.min(SHOWN, refusals.length))}</li>
            )}
          </ul>
        </details>
      )}
    </>
  );
}

interface JobProps {
  job: Import;
  stop: () => void;
  undo: () => void;
  /** another file */
  other: () => void;
}

/** An import at work, or what became of it. */
function Job({ job, stop, undo, other }: JobProps) {
  const atWork = job.state === 'running' || job.state === 'undoing';
  const head = {
    running: t('blacklist_import_running'),
    undoing: t('blacklist_import_undoing'),
    done: counted('blacklist_import_done', job.marked + job.replaced),
    stopped: counted('blacklist_import_stopped', job.marked + job.replaced),
    undone: counted('blacklist_import_undone', job.undone ?? 0),
  };
  return (
    <>
      <p class="faint clip">{job.file}</p>
      {atWork ? (
        <Way job={job} text={head[job.state]} />
      ) : (
        <p class="strong" role="status">
          {head[job.state]}
        </p>
      )}
      {job.problem && <ProblemNotice problem={job.problem} />}
      {!atWork && job.state !== 'undone' && <Counts job={job} />}
      {(job.kept ?? 0) > 0 && <p>{counted('blacklist_import_kept', job.kept ?? 0)}</p>}
      <div class="line">
        {job.state === 'running' && (
          <button type="button" class="button" onClick={stop}>
            {t('blacklist_stop')}
          </button>
        )}
        {(job.state === 'done' || job.state === 'stopped') && (
          <button type="button" class="button" onClick={undo}>
            {t('blacklist_import_undo')}
          </button>
        )}
        {!atWork && (
          <button type="button" class="quiet" onClick={other}>
            {t('blacklist_import_other')}
          </button>
        )}
      </div>
    </>
  );
}

function Way({ job, text }: { job: Import; text: string }) {
  const undoing = job.state === 'undoing';
  const all = undoing ? job.marked + job.replaced : job.rows;
  const done = undoing ? (job.undone ?? 0) + (job.kept ?? 0) : job.done;
  return (
    <label class="way">
      {text} {t('blacklist_progress', number(done), number(all))}
      <progress max={all || 1} value={done} />
    </label>
  );
}

/** Imports that can still be taken back. */
function Earlier({ take }: { take: (job: Import) => void }) {
  const [imports, setImports] = useState<Import[]>([]);
  useEffect(() => {
    void ask('imports').then((reply) => reply.ok && setImports(reply.value.imports));
  }, []);
  const past = imports.filter(({ dry_run }) => !dry_run);
  if (past.length === 0) return null;
  return (
    <section class="stack" aria-label={t('blacklist_import_earlier')}>
      <h3>{t('blacklist_import_earlier')}</h3>
      <ul class="earlier">
        {past.map((one) => (
          <li key={one.id}>
            <div class="grow">
              <p class="clip">{one.file || t('blacklist_import_unnamed')}</p>
              <p class="faint">
                {moment(one.at)} · {t(`blacklist_import_state_${one.state}`)} ·{' '}
                {counted('blacklist_import_count', one.marked + one.replaced)}
              </p>
            </div>
            <button type="button" class="button small" onClick={() => take(one)}>
              {t('blacklist_import_open')}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
