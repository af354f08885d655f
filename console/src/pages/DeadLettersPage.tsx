import { Button } from '@mantine/core';
import { useState } from 'react';
import { usePages } from '../api/hooks.ts';
import { filtersOf } from '../api/query.ts';
import type { DeadLetter } from '../api/types.ts';
import { count, NONE, words } from '../lib/format.ts';
import { rangeQuery } from '../lib/range.ts';
import { wallClock } from '../lib/time.ts';
import { useParams, useZone } from '../lib/url.ts';
import { Facts, More, PageHead, Status, To } from '../ui/bits.tsx';
import { DataTable } from '../ui/DataTable.tsx';
import { Filters, RangePicker, useFilters, useRange } from '../ui/FilterBar.tsx';
import { Panel } from '../ui/Panel.tsx';

/** Records that could not be accounted, with why and where they stand. */
export function DeadLettersPage() {
  const [zone] = useZone();
  const [params, change] = useParams();
  const range = useRange('-7d');
  const question = {
    path: '/v1/dead-letters',
    query: { ...rangeQuery(range), time_zone: zone, ...filtersOf(useFilters()), limit: 100 },
  };
  const pages = usePages<DeadLetter>(question);
  const [opened, setOpened] = useState<string | null>(null);
  const shown = pages.items?.find((letter) => positionOf(letter) === opened);
  return (
    <>
      <PageHead title="Dead letters" />
      <div className="filter-bar">
        <RangePicker otherwise="-7d" />
        <Filters dimensions={['reason', 'account', 'event', 'topic']} />
      </div>
      <div className="stack">
        {pages.items && pages.items.length > 0 && (
          <div className="tiles">
            {reasonsOf(pages.items).map(([reason, letters]) => (
              <button
                type="button"
                key={reason}
                className="tile"
                onClick={() => change({ 'filter[reason]': params.get('filter[reason]') === reason ? null : reason })}
              >
                <div className="tile-label">{words(reason)}</div>
                <div className="tile-figure">{count(letters)}</div>
                <div className="tile-note">of the {count(pages.items?.length)} shown</div>
              </button>
            ))}
          </div>
        )}
        {shown && <Letter letter={shown} zone={zone} close={() => setOpened(null)} />}
        <Panel
          title="Newest first"
          question={question}
          file="tollgate-dead-letters"
          freshness={pages.first}
          zone={zone}
        >
          <DataTable
            label="Dead letters, newest first"
            rows={pages.items}
            keyOf={positionOf}
            error={pages.error}
            retry={pages.refetch}
            empty={{ title: 'No dead letters in this time', hint: 'Every record could be accounted.' }}
            columns={[
              { title: `Recorded (${zone})`, nowrap: true, cell: (row) => wallClock(row.recorded_at) },
              { title: 'Reason', cell: (row) => <Status value="warned">{words(row.reason)}</Status> },
              { title: 'Detail', cell: (row) => row.detail },
              {
                title: 'Account',
                cell: (row) => (row.account === null ? NONE : <To to={['accounts', row.account]}>{row.account}</To>),
              },
              { title: 'Position', cell: (row) => <span className="mono">{positionOf(row)}</span> },
              {
                title: 'Content',
                cell: (row) => (
                  <Button
                    variant="default"
                    size="compact-xs"
                    aria-label={`Show the record ${positionOf(row)}`}
                    onClick={() => setOpened(opened === positionOf(row) ? null : positionOf(row))}
                  >
                    Record
                  </Button>
                ),
              },
            ]}
          />
          <More pages={pages} />
        </Panel>
      </div>
    </>
  );
}

function positionOf(letter: DeadLetter): string {
  return `${letter.source_topic} ${letter.source_partition}:${letter.source_offset}`;
}

function reasonsOf(letters: readonly DeadLetter[]): [string, number][] {
  const reasons = new Map<string, number>();
  for (const { reason } of letters) {
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  return [...reasons].sort((a, b) => b[1] - a[1]);
}

function Letter({ letter, zone, close }: { letter: DeadLetter; zone: string; close: () => void }) {
  return (
    <Panel
      title={positionOf(letter)}
      actions={
        <Button variant="subtle" color="gray" size="compact-sm" onClick={close}>
          Close
        </Button>
      }
    >
      <div className="panel-body stack">
        <Facts
          of={[
            ['Reason', words(letter.reason)],
            ['Detail', letter.detail],
            ['Event', letter.event_id ?? NONE],
            [`Appended (${zone})`, wallClock(letter.appended_at)],
            [`Rejected (${zone})`, wallClock(letter.rejected_at)],
          ]}
        />
        <Bytes of="Key" size={letter.key_bytes} text={letter.key_text} base64={letter.key_base64} />
        <Bytes of="Value" size={letter.value_bytes} text={letter.value_text} base64={letter.value_base64} />
      </div>
    </Panel>
  );
}

function Bytes({
  of,
  size,
  text,
  base64,
}: {
  of: string;
  size: number | null;
  text: string | null;
  base64: string | null;
}) {
  return (
    <div>
      <div className="quiet">
        {of}
        {size === null ? ': none' : `: ${count(size)} bytes${text === null ? ', Base64' : ''}`}
      </div>
      {size !== null && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard.
        <pre className="raw" tabIndex={0}>
          {text ?? base64}
        </pre>
      )}
    </div>
  );
}
