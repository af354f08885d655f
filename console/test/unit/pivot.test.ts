import { describe, expect, test } from 'vitest';
import type { UsageRow } from '../../src/api/types.ts';
import { compareLimits } from '../../src/pages/planDiff.ts';
import { pivot } from '../../src/ui/pivot.ts';

const row = (from: string, endpoint: string | null, used: number, other = false): UsageRow => ({
  from,
  to: from,
  meter: 'requests',
  endpoint,
  used,
  other,
});

describe('usage as series', () => {
  test('has the greatest first and all others last, windows in order across a change of offset', () => {
    const rows = [
      row('2026-10-25T02:00:00+01:00', '/a', 1),
      row('2026-10-25T02:00:00+02:00', '/a', 2),
      row('2026-10-25T02:00:00+02:00', '/b', 9),
      row('2026-10-25T02:00:00+02:00', '', 5),
      row('2026-10-25T02:00:00+02:00', null, 100, true),
      { ...row('2026-10-25T02:00:00+02:00', '/a', 7), meter: 'complexity' },
    ];

    const { series, windows } = pivot(rows, ['endpoint'], 'requests');

    expect(series).toEqual(['/b', '(none)', '/a', 'other']);
    expect(windows).toEqual([
      { from: '2026-10-25T02:00:00+02:00', used: { '/a': 2, '/b': 9, '(none)': 5, other: 100 } },
      { from: '2026-10-25T02:00:00+01:00', used: { '/a': 1 } },
    ]);
  });

  test('is called by its meter without groups', () => {
    expect(pivot([row('2026-10-25T02:00:00Z', null, 1)], [], 'requests').series).toEqual(['requests']);
  });
});

describe('versions of a plan', () => {
  const limit = (name: string, amount: number | null) => ({
    limit: name,
    meter: 'requests',
    amount,
    algorithm: 'FIXED_WINDOW',
    window_unit: 'DAY',
    period_ms: null,
    scope: 'ACCOUNT',
    mode: 'ENFORCE',
    grace_ms: 0,
  });

  test('say what was added, changed and removed', () => {
    const compared = compareLimits(
      [limit('a', 1), limit('b', 2), limit('c', null)],
      [limit('a', 1), limit('b', 1), limit('d', 4)],
    );

    expect(compared.map(({ limit: { limit: name }, change, before }) => [name, change, before?.amount])).toEqual([
      ['a', '', undefined],
      ['b', 'changed', 1],
      ['c', 'added', undefined],
      ['d', 'removed', undefined],
    ]);
  });

  test('change nothing where there is none before', () => {
    expect(compareLimits([limit('a', 1)], undefined).map(({ change }) => change)).toEqual(['']);
  });
});
