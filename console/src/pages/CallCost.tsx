import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { type Question, useAnswer } from '../api/hooks.ts';
import type { Quote } from '../api/types.ts';
import { count, duration, NONE, named, words } from '../lib/format.ts';
import { wallClock } from '../lib/time.ts';
import { useParams } from '../lib/url.ts';
import { Status } from '../ui/bits.tsx';
import { DataTable } from '../ui/DataTable.tsx';
import { Panel } from '../ui/Panel.tsx';

/** Parameters of the address: the call that is asked about. */
export const CALL_PARAMS = ['call', 'call_project', 'call_api_key'];

/** What a call would be answered now, and what it would take of each limit. */
export function CallCost({ account, zone }: { account: string; zone: string }) {
  const [params] = useParams();
  const endpoint = params.get('call') ?? '';
  const question: Question | null =
    endpoint === ''
      ? null
      : {
          path: `/v1/accounts/${encodeURIComponent(account)}/quote`,
          query: {
            endpoint,
            project: params.get('call_project') ?? undefined,
            api_key: params.get('call_api_key') ?? undefined,
            time_zone: zone,
          },
        };
  const answer = useAnswer<Quote>(question);
  const quote = question === null ? undefined : answer.data;
  return (
    <Panel title="What a call would cost" question={question} freshness={quote} zone={zone}>
      <div className="panel-body stack">
        <CallForm key={params.toString()} />
        {quote && !answer.error && <Verdict quote={quote} />}
      </div>
      {question !== null && (
        <DataTable
          label={`What ${endpoint} would take of each limit`}
          rows={quote?.limits}
          keyOf={(row) => `${row.scope} ${row.limit}`}
          error={answer.error}
          retry={answer.refetch}
          empty={{ title: 'The plan limits nothing' }}
          columns={[
            {
              title: 'Limit',
              cell: (row) => (
                <>
                  <strong>{row.limit}</strong>{' '}
                  <span className="quiet">
                    {row.meter}
                    {row.scope === 'ACCOUNT' ? '' : `, ${words(row.scope)} ${named(row.scope_key)}`}
                  </span>
                </>
              ),
            },
            { title: 'Cost', numeric: true, cell: (row) => count(row.cost) },
            {
              title: 'Remaining',
              numeric: true,
              cell: (row) => (row.amount === null ? 'unlimited' : count(row.remaining)),
            },
            {
              title: 'Room',
              cell: (row) => (
                <Status value={row.fits ? 'ok' : row.mode === 'ENFORCE' ? 'blocked' : 'warned'}>
                  {row.fits ? 'fits' : row.mode === 'ENFORCE' ? 'no room' : 'no room, advisory'}
                </Status>
              ),
            },
            {
              title: `Room again (${zone})`,
              nowrap: true,
              cell: (row) => (row.fits ? NONE : row.fits_at === null ? 'never' : wallClock(row.fits_at)),
            },
          ]}
        />
      )}
    </Panel>
  );
}

function CallForm() {
  const [params, change] = useParams();
  const [endpoint, setEndpoint] = useState(params.get('call') ?? '');
  const [project, setProject] = useState(params.get('call_project') ?? '');
  const [apiKey, setApiKey] = useState(params.get('call_api_key') ?? '');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change({ call: endpoint, call_project: project, call_api_key: apiKey });
  };
  return (
    <form className="filter-bar in-panel" onSubmit={submit}>
      <TextInput
        label="Endpoint"
        placeholder="POST /v2/mem-it"
        value={endpoint}
        onChange={(event) => setEndpoint(event.currentTarget.value)}
        maxLength={512}
        spellCheck={false}
        w={260}
      />
      <TextInput
        label="Project"
        value={project}
        onChange={(event) => setProject(event.currentTarget.value)}
        maxLength={128}
        spellCheck={false}
        w={150}
      />
      <TextInput
        label="API key id"
        value={apiKey}
        onChange={(event) => setApiKey(event.currentTarget.value)}
        maxLength={128}
        spellCheck={false}
        w={150}
      />
      <Button type="submit" variant="default" disabled={endpoint === ''}>
        Ask
      </Button>
    </form>
  );
}

function Verdict({ quote }: { quote: Quote }) {
  return (
    <p className="sentence">
      <Status value={quote.allowed ? 'ok' : 'blocked'}>{quote.allowed ? 'would go ahead' : `${quote.status}`}</Status>{' '}
      {quote.detail}
      {quote.retry_after_s !== null && ` Another try can succeed in ${duration(quote.retry_after_s * 1_000)}.`}{' '}
      <span className="quiet">
        Priced by plan {quote.plan} version {quote.plan_version}. Nothing was counted.
      </span>
    </p>
  );
}
