import type {
  Account,
  Change,
  DeadLetter,
  Event,
  Limit,
  LimitEvent,
  Page,
  PlanVersion,
  Problem,
  Quote,
  TablePartition,
  Usage,
  UsageRow,
} from '../../src/api/types.ts';

/** Answers of the API as its document has them, for the pages to be opened against; their types are the document's. */

export const TOKEN = 'tg_token-of-the-browser-test-0123456789';
/** Sees the account acme alone. */
export const BOUND_TOKEN = 'tg_token-of-one-account-0123456789';
export const BLOCK = '7f0c0000-0000-7000-8000-000000000001';

const AS_OF = '2026-11-30T12:00:02.417+01:00';
const FRESH = { as_of: AS_OF, stream_time: '2026-11-30T12:00:01.900+01:00', lag_ms: 1_840 };
const ZONE = 'Europe/Berlin';

interface Answer {
  status: number;
  body: object;
}

/** What the API says to a request; unknown paths and tokens as it does. */
export function answerTo(path: string, params: URLSearchParams, token: string | undefined): Answer {
  if (token !== TOKEN && token !== BOUND_TOKEN) {
    return problem(
      401,
      'unauthorized',
      'A valid bearer token is needed',
      'send a valid token in the header: Authorization: Bearer TOKEN',
    );
  }
  if (params.get('period') === 'yesterday') {
    return {
      status: 400,
      body: {
        ...problem(400, 'bad-parameters', 'The parameters are not right', '1 problem with the parameters').body,
        problems: [
          {
            parameter: 'period',
            value: 'yesterday',
            allowed: 'a year, month, day or week, or hours, days or weeks up to now such as -24h',
            detail: 'period must be a year, month, day or week, was yesterday',
          },
        ],
      },
    };
  }
  const bound = token === BOUND_TOKEN;
  if (bound && ['/v1/plans', '/v1/freshness', '/v1/dead-letters'].includes(path)) {
    return problem(
      403,
      'account-not-allowed',
      'The token is not for these accounts',
      'this list is for tokens that are for all accounts',
    );
  }
  const nothing = params.get('period') === '2020';
  switch (path) {
    case '/v1/usage':
      return ok(nothing ? usage([]) : usageOf(params));
    case '/v1/accounts':
      return ok(
        page(ACCOUNTS.filter((account) => accountMatches(account, params) && (!bound || account.account === 'acme'))),
      );
    case '/v1/accounts/acme/limits':
      return ok(page(LIMITS));
    case '/v1/accounts/acme/quote':
      return ok(QUOTE);
    case '/v1/accounts/acme/timeline':
      return ok(page(CHANGES));
    case '/v1/limit-events':
      return ok(
        page(nothing ? [] : LIMIT_EVENTS.filter((event) => params.get('open') !== 'true' || event.ended_at === null)),
      );
    case `/v1/limit-events/${BLOCK}`:
      return ok({ ...FRESH, ...LIMIT_EVENTS[0] });
    case '/v1/events':
      return ok(page(nothing ? [] : EVENTS));
    case '/v1/plans':
      return ok(page(PLANS));
    case '/v1/dead-letters':
      return ok(page(nothing ? [] : LETTERS));
    case '/v1/freshness':
      return ok(page(TABLES));
    default:
      return problem(404, 'unknown-event', 'There is no such event', 'no limit event of this id is stored');
  }
}

function ok(body: object): Answer {
  return { status: 200, body };
}

function problem(status: number, type: string, title: string, detail: string): Answer & { body: Problem } {
  return {
    status,
    body: {
      type: `urn:tollgate:problem:${type}`,
      title,
      status,
      detail,
      request_id: '0190b7a0-0000-7000-8000-000000000000',
    },
  };
}

function page<T>(items: T[]): Page<T> {
  return { ...FRESH, time_zone: ZONE, items, next: null };
}

function usage(rows: UsageRow[]): Usage {
  const total: Record<string, number> = {};
  for (const row of rows) {
    total[row.meter] = (total[row.meter] ?? 0) + row.used;
  }
  return { ...FRESH, time_zone: ZONE, from: '2026-11-29T12:00:00+01:00', to: '2026-11-30T12:00:00+01:00', rows, total };
}

/** Days have a rhythm, so that charts look like charts. */
function usageOf(params: URLSearchParams): Usage {
  const groups = (params.get('group_by') ?? '').split(',').filter((name) => name !== '');
  const meter = params.get('filter[meter][eq]');
  const meters = meter ? [meter] : ['requests', 'complexity'];
  const hours = params.get('window') ? Array.from({ length: 24 }, (_, hour) => hour) : [24];
  const values: Record<string, string[]> = {
    account: ['acme', 'globex', 'initech', 'umbrella', 'a-customer-with-a-rather-long-identifier-0042'],
    endpoint: ['/v2/mem-it', '/v2/search', '/v2/messages'],
    project: ['default', 'staging', ''],
    api_key: ['key-1', 'key-2'],
  };
  const names =
    groups.length === 0
      ? [{}]
      : (values[groups[0] as string] ?? ['x']).map((value) => ({ [groups[0] as string]: value }));
  const rows: UsageRow[] = [];
  for (const of of meters) {
    names.forEach((name, index) => {
      for (const hour of hours) {
        const size = hours.length === 1 ? 118_204 : 3_000 + Math.round(2_400 * Math.sin((hour - 6) / 3.8));
        rows.push({
          from: at(hour % 24),
          to: at((hour + 1) % 24),
          meter: of,
          used: Math.round((size * (of === 'complexity' ? 7 : 1)) / (index + 1)),
          events: Math.round(size / (index + 1)),
          late: index === 1 ? 12 : 0,
          ...(groups.length > 0 ? { other: false } : {}),
          ...Object.fromEntries(groups.map((group) => [group, (values[group] ?? ['x'])[index % 2] ?? ''])),
          ...name,
        });
      }
    });
  }
  return usage(rows);
}

function at(hour: number): string {
  return `2026-11-30T${String(hour).padStart(2, '0')}:00:00+01:00`;
}

function accountMatches(account: Account, params: URLSearchParams): boolean {
  const exact = params.get('filter[account][eq]');
  const prefix = params.get('filter[account][prefix]');
  return (exact === null || exact === account.account) && (prefix === null || account.account.startsWith(prefix));
}

const ACCOUNT: Account = {
  account: 'acme',
  state: 'blocked',
  plan: 'mem',
  plan_version: 2,
  limit: 'minute',
  meter: 'requests',
  scope: 'ACCOUNT',
  scope_key: null,
  used: 104,
  amount: 100,
  share_basis_points: 10_400,
  window_end: '2026-11-30T12:01:00+01:00',
  blocked_until: '2026-11-30T12:01:00+01:00',
  suspended_until: null,
  suspension_reason: null,
  stream_time: '2026-11-30T12:00:01.900+01:00',
  as_of: AS_OF,
};

const ACCOUNTS: Account[] = [
  ACCOUNT,
  {
    ...ACCOUNT,
    account: 'globex',
    state: 'warned',
    limit: 'day',
    used: 3_741,
    amount: 4_000,
    share_basis_points: 9_352,
    blocked_until: null,
    window_end: '2026-12-01T00:00:00+01:00',
  },
  {
    ...ACCOUNT,
    account: 'initech',
    state: 'ok',
    limit: 'day',
    scope: 'API_KEY',
    scope_key: 'key-1',
    used: 2_100,
    amount: 4_000,
    share_basis_points: 5_250,
    blocked_until: null,
  },
  {
    ...ACCOUNT,
    account: 'umbrella',
    state: 'suspended',
    suspension_reason: 'invoice unpaid',
    used: 4,
    share_basis_points: 400,
    blocked_until: null,
  },
  {
    ...ACCOUNT,
    account: 'a-customer-with-a-rather-long-identifier-0042',
    state: 'exempt',
    plan: 'none',
    plan_version: 1,
    limit: null,
    meter: null,
    scope: null,
    used: null,
    amount: null,
    share_basis_points: null,
    window_end: null,
    blocked_until: null,
  },
];

const LIMIT: Limit = {
  limit: 'minute',
  meter: 'requests',
  scope: 'ACCOUNT',
  scope_key: '',
  algorithm: 'FIXED_WINDOW',
  mode: 'ENFORCE',
  amount: 100,
  used: 104,
  used_now: 104,
  remaining: 0,
  window_start: '2026-11-30T12:00:00+01:00',
  window_end: '2026-11-30T12:01:00+01:00',
  window_over: false,
  period_ms: 60_000,
  soft_reached: true,
  hard_reached: true,
  blocked_until: '2026-11-30T12:01:00+01:00',
  blocked: true,
  exempt: false,
  suspended: false,
  suspended_until: null,
  plan: 'mem',
  plan_version: 2,
  stream_time: '2026-11-30T12:00:01.900+01:00',
  as_of: AS_OF,
  version: 4_711,
};

const QUOTE: Quote = {
  ...FRESH,
  time_zone: ZONE,
  source: 'limit-state',
  behind_ms: 210,
  account: 'acme',
  endpoint: '/v2/mem-it',
  plan: 'mem',
  plan_version: 2,
  allowed: false,
  status: 429,
  reason: 'RATE_LIMITED',
  limit: 'minute',
  retry_after_s: 58,
  detail: 'The limit minute of 100 leaves no room for this call.',
  limits: [
    {
      limit: 'minute',
      meter: 'requests',
      scope: 'ACCOUNT',
      scope_key: '',
      algorithm: 'FIXED_WINDOW',
      mode: 'ENFORCE',
      cost: 1,
      used_now: 104,
      amount: 100,
      remaining: 0,
      fits: false,
      fits_at: '2026-11-30T12:01:00+01:00',
    },
  ],
};

const LIMITS: Limit[] = [
  LIMIT,
  {
    ...LIMIT,
    limit: 'day',
    amount: 4_000,
    used: 3_741,
    used_now: 3_741,
    remaining: 259,
    period_ms: 86_400_000,
    hard_reached: false,
    blocked: false,
    blocked_until: null,
    window_end: '2026-12-01T00:00:00+01:00',
  },
  {
    ...LIMIT,
    limit: 'complexity-month',
    meter: 'complexity',
    amount: 2_000_000,
    used: 811_240,
    used_now: 811_240,
    remaining: 1_188_760,
    period_ms: null,
    soft_reached: false,
    hard_reached: false,
    blocked: false,
    blocked_until: null,
    window_end: '2026-12-01T00:00:00+01:00',
  },
  {
    ...LIMIT,
    limit: 'burst',
    algorithm: 'LEAKY_BUCKET',
    scope: 'API_KEY',
    scope_key: 'key-1',
    amount: 50,
    used: 40,
    used_now: 22,
    remaining: 28,
    window_start: null,
    window_end: null,
    soft_reached: false,
    hard_reached: false,
    blocked: false,
    blocked_until: null,
  },
  {
    ...LIMIT,
    limit: 'seen',
    mode: 'ADVISORY',
    amount: null,
    used: 9_120,
    used_now: 9_120,
    remaining: null,
    soft_reached: false,
    hard_reached: false,
    blocked: false,
    blocked_until: null,
  },
  {
    ...LIMIT,
    limit: 'hour',
    amount: 1_000,
    used: 920,
    used_now: 0,
    remaining: 1_000,
    window_over: true,
    hard_reached: false,
    blocked: false,
    blocked_until: null,
  },
];

const LIMIT_EVENT: LimitEvent = {
  limit_event_id: BLOCK,
  account: 'acme',
  kind: 'HARD_LIMIT_REACHED',
  event_time: '2026-11-30T12:00:01.204+01:00',
  limit: 'minute',
  meter: 'requests',
  mode: 'ENFORCE',
  scope: 'ACCOUNT',
  scope_key: '',
  plan: 'mem',
  plan_version: 2,
  threshold_basis_points: 10_000,
  used: 100,
  amount: 100,
  overshoot: 0,
  window_start: '2026-11-30T12:00:00+01:00',
  window_end: '2026-11-30T12:01:00+01:00',
  blocked_until: '2026-11-30T12:01:00+01:00',
  ended_at: null,
  duration_ms: null,
  ended_by: null,
  cause: null,
  cleared_event_id: null,
  reason: null,
  correction_id: null,
  crossing_event_id: 'event-0003',
  crossing_topic: 'request-events',
  crossing_partition: 2,
  crossing_offset: 81_234,
  decided_at: '2026-11-30T12:00:01.251+01:00',
  recorded_at: '2026-11-30T12:00:01.260+01:00',
  version: 4_710,
};

const LIMIT_EVENTS: LimitEvent[] = [
  LIMIT_EVENT,
  {
    ...LIMIT_EVENT,
    limit_event_id: 'soft-1',
    kind: 'SOFT_LIMIT_REACHED',
    used: 90,
    threshold_basis_points: 9_000,
    blocked_until: null,
  },
  {
    ...LIMIT_EVENT,
    limit_event_id: 'hard-2',
    account: 'globex',
    limit: 'day',
    scope: 'PROJECT',
    scope_key: 'staging',
    used: 4_002,
    amount: 4_000,
    overshoot: 2,
    ended_at: '2026-11-30T11:40:00+01:00',
    duration_ms: 2_405_000,
    ended_by: 'WINDOW_CLOSED',
  },
  {
    ...LIMIT_EVENT,
    limit_event_id: 'plan-3',
    account: 'initech',
    kind: 'PLAN_CHANGED',
    limit: null,
    meter: null,
    used: null,
    amount: null,
    overshoot: null,
    threshold_basis_points: null,
    window_start: null,
    window_end: null,
    blocked_until: null,
  },
];

const EVENT: Event = {
  account: 'acme',
  event_id: 'event-0003',
  verdict: 'COUNTED',
  occurred_at: '2026-11-30T12:00:01.204+01:00',
  project: 'default',
  api_key: 'key-1',
  endpoint: '/v2/mem-it',
  outcome: 'SUCCESS',
  producer: 'memory-service',
  attributes: { region: 'eu' },
  plan: 'mem',
  plan_version: 2,
  costs: { requests: 1, complexity: 7 },
  late_limits: [],
  units: null,
  input_tokens: 812,
  output_items: null,
  duration_ms: 143,
  correction_id: null,
  appended_at: '2026-11-30T12:00:01.230+01:00',
  recorded_at: '2026-11-30T12:00:01.260+01:00',
  source_topic: 'request-events',
  source_partition: 2,
  source_offset: 81_234,
};

const EVENTS: Event[] = [
  EVENT,
  {
    ...EVENT,
    event_id: 'event-0002',
    verdict: 'LATE',
    occurred_at: '2026-11-30T12:00:00.980+01:00',
    project: '',
    source_offset: 81_233,
  },
  {
    ...EVENT,
    event_id: 'event-0001',
    verdict: 'DUPLICATE',
    occurred_at: '2026-11-30T12:00:00.410+01:00',
    costs: {},
    source_offset: 81_230,
  },
];

const CHANGE: Change = {
  at: '2026-11-20T09:00:00+01:00',
  kind: 'PLAN_CHANGED',
  plan: 'mem',
  plan_version: 2,
  limit: null,
  amount: null,
  until: null,
  reason: 'upgrade, ticket 4711',
  command_id: 'command-1',
  command_topic: 'account-events',
  command_partition: 1,
  command_offset: 12,
  corrected_events: null,
  corrected_costs: {},
  decided_at: '2026-11-20T09:00:00.100+01:00',
  limit_event_id: 'plan-1',
};

const CHANGES: Change[] = [
  {
    ...CHANGE,
    kind: 'CORRECTED',
    limit_event_id: null,
    corrected_events: 3,
    corrected_costs: { requests: -3 },
    reason: null,
  },
  { ...CHANGE, kind: 'OVERRIDE_CHANGED', limit: 'day', amount: 4_000, limit_event_id: 'override-1' },
  { ...CHANGE, kind: 'SUSPENDED', until: '2026-11-21T00:00:00+01:00', limit_event_id: 'suspend-1', command_id: null },
  CHANGE,
];

const PLAN: PlanVersion = {
  plan: 'mem',
  plan_version: 2,
  title: 'Mem developer',
  effective_from: '2026-11-01T00:00:00+01:00',
  notice_period_ms: 0,
  charged_outcomes: ['SUCCESS'],
  limits: [
    {
      limit: 'minute',
      meter: 'requests',
      amount: 100,
      algorithm: 'FIXED_WINDOW',
      window_unit: 'MINUTE',
      period_ms: 60_000,
      scope: 'ACCOUNT',
      mode: 'ENFORCE',
      grace_ms: 30_000,
    },
    {
      limit: 'day',
      meter: 'requests',
      amount: 4_000,
      algorithm: 'FIXED_WINDOW',
      window_unit: 'DAY',
      period_ms: 86_400_000,
      scope: 'ACCOUNT',
      mode: 'ENFORCE',
      grace_ms: 3_600_000,
    },
    {
      limit: 'seen',
      meter: 'requests',
      amount: null,
      algorithm: 'FIXED_WINDOW',
      window_unit: 'MONTH',
      period_ms: null,
      scope: 'ACCOUNT',
      mode: 'ADVISORY',
      grace_ms: 0,
    },
  ],
  checksum: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  recorded_at: '2026-10-31T10:00:00+01:00',
};

const PLANS: PlanVersion[] = [
  PLAN,
  {
    ...PLAN,
    plan_version: 1,
    effective_from: '2026-09-01T00:00:00+02:00',
    limits: PLAN.limits
      .slice(0, 2)
      .map((limit, index) => (index === 0 ? { ...limit, amount: 60 } : { ...limit, limit: 'week' })),
  },
];

const LETTER: DeadLetter = {
  reason: 'UNKNOWN_METER',
  detail: 'meter tokens is in no plan',
  account: 'acme',
  event_id: 'event-0000',
  source_topic: 'request-events',
  source_partition: 1,
  source_offset: 17,
  appended_at: '2026-11-30T11:00:00+01:00',
  rejected_at: '2026-11-30T11:00:00.100+01:00',
  recorded_at: '2026-11-30T11:00:01+01:00',
  key_bytes: 4,
  key_text: 'acme',
  key_base64: null,
  value_bytes: 12,
  value_text: null,
  value_base64: 'AAAAAAECAwQFBgcI',
};

const LETTERS: DeadLetter[] = [
  LETTER,
  {
    ...LETTER,
    reason: 'UNDECODABLE',
    detail: 'the value does not begin with the byte 0',
    account: null,
    event_id: null,
    source_offset: 18,
    key_bytes: null,
    key_text: null,
  },
];

const TABLE: TablePartition = {
  table: 'request_journal',
  topic_id: 'AAAAAAAAAAAAAAAAAAAAAA',
  partition: 0,
  newest_recorded_at: AS_OF,
  newest_event_at: '2026-11-30T12:00:01.900+01:00',
  age_ms: 1_840,
  max_offset: 81_234,
  row_count: 81_200,
};

const TABLES: TablePartition[] = [
  TABLE,
  { ...TABLE, partition: 1, max_offset: 80_001, row_count: 80_000 },
  { ...TABLE, table: 'limit_event', max_offset: 912, row_count: 912 },
];
