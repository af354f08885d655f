import { describe, expect, test } from 'vitest';
import { compact, count, duration, named, percent, periodOf, shareOf, words } from '../../src/lib/format.ts';

describe('figures', () => {
  test.each([
    [0, '0'],
    [1_234_567, '1,234,567'],
    [-3, '-3'],
    [null, '–'],
    [undefined, '–'],
  ])('count %s', (value, text) => {
    expect(count(value)).toBe(text);
  });

  test.each([
    [9_999, '99.9 %'],
    [10_000, '100 %'],
    [10_400, '104 %'],
    [7, '0 %'],
    [null, '–'],
  ])('of %s basis points are never rounded up', (value, text) => {
    expect(percent(value)).toBe(text);
  });

  test.each([
    [3_999, 4_000, 9_997],
    [4_000, 4_000, 10_000],
    [1, 0, 10_000],
    [0, 0, 0],
    [1, null, null],
  ])('%s of %s is a share', (used, amount, share) => {
    expect(shareOf(used, amount)).toBe(share);
  });

  test.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1_000, '1 s'],
    [65_000, '1 min 5 s'],
    [3_600_000, '1 h'],
    [90_000_000, '1 d 1 h'],
    [-5, '0 ms'],
    [null, '–'],
  ])('%s ms are a duration', (value, text) => {
    expect(duration(value)).toBe(text);
  });

  test('are short where there is little room', () => {
    expect(compact(1_234_567)).toBe('1.2M');
    expect(compact(999)).toBe('999');
  });

  test('and words', () => {
    expect(words('HARD_LIMIT_REACHED')).toBe('hard limit reached');
    expect(named('')).toBe('(none)');
    expect(periodOf({ window_unit: 'MONTH', period_ms: null, algorithm: 'FIXED_WINDOW' })).toBe('month');
    expect(periodOf({ period_ms: 90_000, algorithm: 'SLIDING_WINDOW' })).toBe('1 min 30 s');
    expect(periodOf({ period_ms: null, algorithm: 'CONCURRENT' })).toBe('');
  });
});
