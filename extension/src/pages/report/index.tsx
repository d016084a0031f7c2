// The page on which a seller sees the report on a page that is not understood,
// before he saves or copies it. Nothing is sent from here. The report is in the
// memory of this page alone: closed or loaded again, it is gone.

import { useEffect, useState } from 'preact/hooks';
import { ask, type PageReport } from '../../messages';
import { Busy, Empty, Sign } from '../../ui/parts';
import { start } from '../../ui/start';
import { language, number, t } from '../../ui/text';
import { pageName } from '../../ui/understanding';

/** What is longer than its box is scrolled by keyboard too. */
const scrolls = { tabIndex: 0 };

function ReportPage() {
  const [report, setReport] = useState<PageReport | null>();
  useEffect(() => {
    document.title = t('report_title');
    void ask('takeReport', location.hash.slice(1)).then((reply) => setReport(reply.ok ? reply.value : null));
  }, []);
  return (
    <>
      <header>
        <Sign size={32} />
        <div class="grow">
          <h1>{t('report_title')}</h1>
          <p>{t('report_lead')}</p>
        </div>
      </header>
      {report === undefined && <Busy text={t('ui_loading')} />}
      {report === null && (
        <Empty title={t('report_gone')}>
          <p>{t('report_gone_do')}</p>
        </Empty>
      )}
      {report && <Shown report={report} />}
    </>
  );
}

function Shown({ report }: { report: PageReport }) {
  const [name, setName] = useState(report.site);
  useEffect(() => {
    void ask('sites').then((reply) => {
      const site = reply.ok && reply.value.find((one) => one.site === report.site);
      if (site) setName(site.name[language()]);
    });
  }, [report.site]);
  return (
    <>
      <section class="holds" aria-label={t('report_holds')}>
        <div>
          <h2>{t('report_in')}</h2>
          <p>{t('report_in_what')}</p>
        </div>
        <div>
          <h2>{t('report_out')}</h2>
          <p>{t('report_out_what')}</p>
        </div>
      </section>
      <section class="whole">
        <div class="line">
          <h2 id="all" class="grow">
            {t('report_all', report.page ? `${name}, ${pageName(report.page)}` : name)}
          </h2>
          <span class="faint">{t('report_size', number(Math.ceil(report.text.length / 1000)))}</span>
        </div>
        <section class="scroll" aria-labelledby="all" {...scrolls}>
          <pre>{report.text}</pre>
        </section>
        <Ways report={report} />
        <p class="faint">{t('report_where')}</p>
      </section>
    </>
  );
}

/** Out of this page, by the seller's own hand. */
function Ways({ report }: { report: PageReport }) {
  const [done, setDone] = useState('');
  const save = () => {
    const address = URL.createObjectURL(new Blob([report.text], { type: 'text/plain;charset=utf-8' }));
    const link = document.createElement('a');
    link.href = address;
    link.download = `blackmark-report-${[report.site, report.page].filter(Boolean).join('-')}.txt`;
    link.click();
    URL.revokeObjectURL(address);
    setDone(t('report_saved', link.download));
  };
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(report.text);
      setDone(t('report_copied'));
    } catch {
      setDone(t('report_not_copied'));
    }
  };
  return (
    <div class="line">
      <button type="button" class="button main" onClick={save}>
        {t('report_save')}
      </button>
      <button type="button" class="button" onClick={() => void copy()}>
        {t('report_copy')}
      </button>
      <span class="faint" role="status">
        {done}
      </span>
    </div>
  );
}

void start(<ReportPage />, 'report');
