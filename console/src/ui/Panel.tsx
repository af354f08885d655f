import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { type ReactNode, useState } from 'react';
import { ApiError, askCsv } from '../api/client.ts';
import type { Question } from '../api/hooks.ts';
import { curlOf } from '../api/query.ts';
import { useToken } from '../api/session.ts';
import type { Freshness } from '../api/types.ts';
import { duration } from '../lib/format.ts';
import { wallClock } from '../lib/time.ts';
import { Icon } from './Icon.tsx';

interface PanelProps {
  title: string;
  /** What it shows, for its curl and CSV. */
  question?: Question | null;
  /** What its CSV is called. */
  file?: string;
  freshness?: Freshness | undefined;
  zone?: string;
  actions?: ReactNode;
  children: ReactNode;
}

/** A figure, table or chart with its title, the request behind it, and how fresh it is. */
export function Panel({ title, question, file, freshness, zone, actions, children }: PanelProps) {
  return (
    <section className="panel" aria-label={title}>
      <div className="panel-head">
        <h2>{title}</h2>
        <div className="panel-actions">
          {actions}
          {question && <CurlButton question={question} what={title} />}
          {question && file && <CsvButton question={question} file={file} what={title} />}
        </div>
      </div>
      {children}
      {freshness && zone && (
        <div className="panel-foot">
          <FreshnessNote freshness={freshness} zone={zone} />
        </div>
      )}
    </section>
  );
}

export function FreshnessNote({ freshness, zone }: { freshness: Freshness; zone: string }) {
  if (freshness.as_of === null) {
    return <span>Nothing has been written yet</span>;
  }
  return (
    <span>
      As of {wallClock(freshness.as_of)} {zone}
      {freshness.lag_ms !== null && `, newest record ${duration(freshness.lag_ms)} ago`}
    </span>
  );
}

function CurlButton({ question, what }: { question: Question; what: string }) {
  const clipboard = useClipboard({ timeout: 2_000 });
  const text = curlOf(location.origin, question.path, question.query);
  const label = clipboard.copied ? 'Copied' : 'Copy as curl';
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={`${label}: ${what}`}
        data-curl={text}
        onClick={() => clipboard.copy(text)}
      >
        <Icon name={clipboard.copied ? 'check' : 'copy'} />
      </ActionIcon>
    </Tooltip>
  );
}

function CsvButton({ question, file, what }: { question: Question; file: string; what: string }) {
  const token = useToken() ?? '';
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const download = async () => {
    setBusy(true);
    setFailure(null);
    try {
      save(await askCsv(token, question.path, question.query), `${file}.csv`);
    } catch (e) {
      setFailure(e instanceof ApiError ? e.problem.detail : 'The file broke off before its end. Try again.');
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button
        variant="subtle"
        color="gray"
        size="compact-sm"
        loading={busy}
        leftSection={<Icon name="download" />}
        aria-label={`Download CSV: ${what}`}
        onClick={download}
      >
        CSV
      </Button>
      {failure && (
        <span role="alert" className="quiet">
          {failure}
        </span>
      )}
    </>
  );
}

function save(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
