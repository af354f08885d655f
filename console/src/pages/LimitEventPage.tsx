import { type Question, useAnswer } from '../api/hooks.ts';
import { exactly, type Query } from '../api/query.ts';
import type { Event, LimitEvent, LimitEventItem, Page, Usage } from '../api/types.ts';
import { count, duration, NONE, named, percent, shareOf, words } from '../lib/format.ts';
import { wallClock, wallClockMillis } from '../lib/time.ts';
import { useZone } from '../lib/url.ts';
import { BARS, Facts, PageHead, PartBar, ShareBar, Status, To } from '../ui/bits.tsx';
import { DataTable } from '../ui/DataTable.tsx';
import { EventsTable } from '../ui/EventsTable.tsx';
import { holds } from '../ui/LimitEventsTable.tsx';
import { Panel } from '../ui/Panel.tsx';
import { Loading, ProblemState } from '../ui/states.tsx';

const LAST_CALLS = 20;

/** Why somebody was warned or blocked, as far as the tables tell it. */
export function LimitEventPage({ id }: { id: string }) {
  const [zone] = useZone();
  const question: Question = { path: `/v1/limit-events/${encodeURIComponent(id)}`, query: { time_zone: zone } };
  const answer = useAnswer<LimitEventItem>(question);
  if (answer.error) {
    return (
      <>
        <PageHead title="Limit event" />
        <div className="panel">
          <ProblemState error={answer.error} retry={answer.refetch} />
        </div>
      </>
    );
  }
  const event = answer.data;
  if (!event) {
    return <Loading rows={8} />;
  }
  return (
    <>
      <PageHead
        title={
          event.kind === 'HARD_LIMIT_REACHED' ? `Block of ${event.account}` : `${event.account}: ${words(event.kind)}`
        }
        beside={
          <Status value={holds(event) ? event.kind : 'ended'}>
            {holds(event) ? 'still holds' : event.ended_at ? 'has ended' : words(event.kind)}
          </Status>
        }
      />
      <div className="stack">
        <Panel title="What happened" question={question} freshness={event} zone={zone}>
          <div className="panel-body stack">
            <Sentence event={event} zone={zone} />
            {event.used !== null && event.amount !== null && (
              <ShareBar used={event.used} amount={event.amount} label={event.limit ?? ''} />
            )}
          </div>
        </Panel>
        <div className="two">
          <Panel title="The limit">
            <div className="panel-body">
              <Facts
                of={[
                  [
                    'Account',
                    <To key="a" to={['accounts', event.account]}>
                      {event.account}
                    </To>,
                  ],
                  ['Plan', <To key="p" to={['plans', event.plan]}>{`${event.plan} version ${event.plan_version}`}</To>],
                  ['Limit', event.limit ?? NONE],
                  ['Meter', event.meter ?? NONE],
                  [
                    'Whose usage',
                    event.scope === 'ACCOUNT' ? 'the account' : `${words(event.scope)} ${named(event.scope_key)}`,
                  ],
                  ['Mode', words(event.mode)],
                  ['Threshold', percent(event.threshold_basis_points)],
                  ['Used then', count(event.used)],
                  ['Amount', count(event.amount)],
                  ['Over the amount', count(event.overshoot)],
                ]}
              />
            </div>
          </Panel>
          <Panel title={`Times (${zone})`}>
            <div className="panel-body">
              <Facts
                of={[
                  ['Happened', wallClockMillis(event.event_time)],
                  ['Decided', wallClockMillis(event.decided_at)],
                  [
                    'Window',
                    event.window_start === null
                      ? NONE
                      : `${wallClock(event.window_start)} until before ${wallClock(event.window_end)}`,
                  ],
                  ['Blocked until', wallClock(event.blocked_until)],
                  [
                    'Ended',
                    event.ended_at === null ? (holds(event) ? 'still holds' : NONE) : wallClock(event.ended_at),
                  ],
                  ['Held', duration(event.duration_ms)],
                  ['Ended by', event.ended_by === null ? NONE : words(event.ended_by)],
                  event.cause === null ? null : ['Cause', words(event.cause)],
                  event.reason === null ? null : ['Reason given', event.reason],
                  event.cleared_event_id === null
                    ? null
                    : [
                        'What ended',
                        <To key="c" to={['limit-events', event.cleared_event_id]}>
                          {event.cleared_event_id}
                        </To>,
                      ],
                ]}
              />
            </div>
          </Panel>
        </div>
        <Crossing event={event} zone={zone} />
        {event.window_start !== null && event.meter !== null && <Consumers event={event} zone={zone} />}
      </div>
    </>
  );
}

/** The whole of it, as one would tell a customer. */
function Sentence({ event, zone }: { event: LimitEvent; zone: string }) {
  const at = `${wallClock(event.event_time)} ${zone}`;
  const whose = event.scope === 'ACCOUNT' ? '' : ` of ${words(event.scope)} ${named(event.scope_key)}`;
  const share = event.used === null ? null : shareOf(event.used, event.amount);
  const figures =
    event.used === null || event.amount === null
      ? ''
      : `: ${count(event.used)} of ${count(event.amount)} ${event.meter ?? ''} were used, ${percent(share)}`;
  const subject = event.limit === null ? '' : `the limit “${event.limit}”${whose}`;
  const what =
    event.kind === 'HARD_LIMIT_REACHED'
      ? `was blocked because ${subject} was reached${figures}`
      : event.kind === 'SOFT_LIMIT_REACHED'
        ? `was warned because ${subject} reached ${percent(event.threshold_basis_points)}${figures}`
        : event.kind === 'LIMIT_CLEARED'
          ? `was let go again: ${subject} was cleared${event.cause === null ? '' : ` by ${words(event.cause)}`}${figures}`
          : `had this change: ${words(event.kind)}${subject === '' ? '' : ` of ${subject}`}${figures}`;
  return (
    <p className="sentence">
      On {at}, <strong>{event.account}</strong> {what}.{' '}
      {holds(event)
        ? event.blocked_until === null
          ? 'It still holds.'
          : `It holds until ${wallClock(event.blocked_until)} ${zone}.`
        : event.ended_at !== null &&
          `It ended ${duration(event.duration_ms)} later${event.ended_by === null ? '' : `, by ${words(event.ended_by)}`}.`}
    </p>
  );
}

/** The filter for the usage that the limit of an event counts. */
function whoseUsage(event: LimitEvent): Query {
  return event.scope === 'PROJECT'
    ? exactly('project', event.scope_key)
    : event.scope === 'API_KEY'
      ? exactly('api_key', event.scope_key)
      : {};
}

/** The call that crossed the line, among those before it. */
function Crossing({ event, zone }: { event: LimitEvent; zone: string }) {
  const question: Question = {
    path: '/v1/events',
    query: {
      account: event.account,
      from: event.window_start ?? undefined,
      // To the end of its millisecond.
      to: later(event.event_time),
      time_zone: zone,
      ...whoseUsage(event),
      limit: LAST_CALLS,
    },
  };
  const calls = useAnswer<Page<Event>>(question);
  return (
    <Panel
      title={`The calls that led to it, the last ${LAST_CALLS}`}
      question={question}
      freshness={calls.data}
      zone={zone}
    >
      <div className="panel-body">
        {event.crossing_event_id === null ? (
          <span>No call caused it: the passing of time did.</span>
        ) : (
          <span>
            Caused by <code className="mono">{event.crossing_event_id}</code>
            {event.crossing_topic !== null && (
              <>
                , record{' '}
                <code className="mono">{`${event.crossing_topic} ${event.crossing_partition}:${event.crossing_offset}`}</code>
              </>
            )}
            ; it is marked where it is among these.
          </span>
        )}
      </div>
      <EventsTable
        label="Calls up to the event, newest first"
        rows={calls.data?.items}
        error={calls.error}
        retry={calls.refetch}
        zone={zone}
        ofAccount
        marked={event.crossing_event_id}
      />
    </Panel>
  );
}

/** Who used the limit up in its window until then. */
function Consumers({ event, zone }: { event: LimitEvent; zone: string }) {
  const question: Question = {
    path: '/v1/usage',
    query: {
      account: event.account,
      from: event.window_start ?? undefined,
      to: later(event.event_time),
      time_zone: zone,
      ...whoseUsage(event),
      ...exactly('meter', event.meter ?? ''),
      group_by: 'endpoint,api_key',
      order_by: '-used',
      top: 10,
      include: 'events',
    },
  };
  const usage = useAnswer<Usage>(question);
  const total = usage.data?.total[event.meter ?? ''] ?? 0;
  return (
    <Panel title="What used the window until then" question={question} freshness={usage.data} zone={zone}>
      <DataTable
        label="Usage of the window until the event, by endpoint and API key"
        rows={usage.data?.rows}
        keyOf={(row, index) => `${row.endpoint} ${row.api_key} ${index}`}
        error={usage.error}
        retry={usage.refetch}
        empty={{
          title: 'Nothing of this window is in the journal',
          hint: 'It is kept for a time; old windows have gone.',
        }}
        columns={[
          {
            title: 'Endpoint',
            cell: (row) => (row.other ? 'all others' : <span className="mono">{named(row.endpoint as string)}</span>),
          },
          { title: 'API key', cell: (row) => (row.other ? '' : named(row.api_key as string)) },
          { title: BARS, cell: (row) => <PartBar value={row.used} of={total} /> },
          { title: event.meter ?? 'Used', numeric: true, cell: (row) => count(row.used) },
          { title: 'Events', numeric: true, cell: (row) => count(row.events) },
        ]}
      />
    </Panel>
  );
}

/** A millisecond later, because the end of a span is exclusive. */
function later(time: string): string {
  return new Date(Date.parse(time) + 1).toISOString();
}
