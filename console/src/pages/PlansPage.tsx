import { useAnswer } from '../api/hooks.ts';
import { exactly } from '../api/query.ts';
import type { Page, PlanLimit, PlanVersion } from '../api/types.ts';
import { count, duration, periodOf, words } from '../lib/format.ts';
import { wallClock } from '../lib/time.ts';
import { useZone } from '../lib/url.ts';
import { Facts, PageHead, Status, To } from '../ui/bits.tsx';
import { DataTable } from '../ui/DataTable.tsx';
import { Panel } from '../ui/Panel.tsx';
import { Empty, Loading, ProblemState } from '../ui/states.tsx';
import { compareLimits } from './planDiff.ts';

/** Plans, or the versions of one with what each changed. */
export function PlansPage({ plan }: { plan: string | undefined }) {
  const [zone] = useZone();
  const question = {
    path: '/v1/plans',
    query: { time_zone: zone, ...(plan === undefined ? {} : exactly('plan', plan)), limit: 1_000 },
  };
  const answer = useAnswer<Page<PlanVersion>>(question);
  if (plan === undefined) {
    return (
      <>
        <PageHead title="Plans" />
        <Panel
          title="Newest version of each plan"
          question={question}
          file="tollgate-plans"
          freshness={answer.data}
          zone={zone}
        >
          <DataTable
            label="Plans"
            rows={answer.data && newest(answer.data.items)}
            keyOf={(row) => row.plan}
            error={answer.error}
            retry={answer.refetch}
            empty={{ title: 'No plans yet', hint: 'tollgate plans apply FILE publishes them.' }}
            columns={[
              { title: 'Plan', cell: (row) => <To to={['plans', row.plan]}>{row.plan}</To> },
              { title: 'Title', cell: (row) => row.title },
              { title: 'Version', numeric: true, cell: (row) => row.plan_version },
              { title: 'Limits', numeric: true, cell: (row) => row.limits.length },
              { title: `In force from (${zone})`, nowrap: true, cell: (row) => wallClock(row.effective_from) },
            ]}
          />
        </Panel>
      </>
    );
  }
  const versions = [...(answer.data?.items ?? [])].sort((a, b) => b.plan_version - a.plan_version);
  return (
    <>
      <PageHead
        title={versions[0]?.title ? `${plan}: ${versions[0].title}` : plan}
        beside={<To to={['plans']}>All plans</To>}
      />
      {answer.error ? (
        <div className="panel">
          <ProblemState error={answer.error} retry={answer.refetch} />
        </div>
      ) : !answer.data ? (
        <Loading rows={6} />
      ) : versions.length === 0 ? (
        <div className="panel">
          <Empty title="No such plan" hint={<To to={['plans']}>All plans</To>} />
        </div>
      ) : (
        <div className="stack">
          {versions.map((version, index) => (
            <Version key={version.plan_version} version={version} before={versions[index + 1]} zone={zone} />
          ))}
        </div>
      )}
    </>
  );
}

function newest(versions: PlanVersion[]): PlanVersion[] {
  const plans = new Map<string, PlanVersion>();
  for (const version of versions) {
    const known = plans.get(version.plan);
    if (!known || known.plan_version < version.plan_version) {
      plans.set(version.plan, version);
    }
  }
  return [...plans.values()];
}

function Version({ version, before, zone }: { version: PlanVersion; before: PlanVersion | undefined; zone: string }) {
  const rows = compareLimits(version.limits, before?.limits);
  return (
    <Panel title={`Version ${version.plan_version}`}>
      <div className="panel-body">
        <Facts
          of={[
            [`In force from (${zone})`, wallClock(version.effective_from)],
            ['Notice period', version.notice_period_ms === 0 ? 'none' : duration(version.notice_period_ms)],
            ['Charged outcomes', version.charged_outcomes.map(words).join(', ')],
            [
              'SHA-256',
              <span key="sum" className="mono">
                {version.checksum}
              </span>,
            ],
          ]}
        />
      </div>
      <DataTable
        label={`Limits of version ${version.plan_version}`}
        rows={rows}
        keyOf={({ limit }, index) => `${limit.limit} ${limit.scope} ${index}`}
        empty={{ title: 'This version limits nothing' }}
        classOf={({ change }) => change || undefined}
        columns={[
          { title: 'Limit', cell: ({ limit }) => limit.limit },
          { title: 'Meter', cell: ({ limit }) => limit.meter },
          {
            title: 'Amount',
            numeric: true,
            cell: ({ limit, before: old }) => (
              <>
                {old && old.amount !== limit.amount && <span className="quiet">{amount(old)} → </span>}
                {amount(limit)}
              </>
            ),
          },
          { title: 'Per', nowrap: true, cell: ({ limit }) => periodOf(limit) || '–' },
          { title: 'Algorithm', nowrap: true, cell: ({ limit }) => words(limit.algorithm) },
          { title: 'Whose usage', nowrap: true, cell: ({ limit }) => words(limit.scope) },
          { title: 'Mode', nowrap: true, cell: ({ limit }) => words(limit.mode) },
          {
            title: 'Grace',
            numeric: true,
            cell: ({ limit }) => (limit.grace_ms === 0 ? 'none' : duration(limit.grace_ms)),
          },
          {
            title: before ? `Against version ${before.plan_version}` : 'Change',
            cell: ({ change }) =>
              change && (
                <Status value={{ added: 'ok', changed: 'warned', removed: 'blocked' }[change]}>{change}</Status>
              ),
          },
        ]}
      />
    </Panel>
  );
}

function amount(limit: PlanLimit): string {
  return limit.amount === null ? 'unlimited' : count(limit.amount);
}
