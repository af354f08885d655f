import { describe, expect, test } from 'vitest';
import { hrefOf, patched, segmentsOf } from '../../src/lib/url.ts';

describe('addresses', () => {
  test('keep what is not changed, and lose what is empty', () => {
    expect(patched('?period=-7d&filter[project]=a&meter=x', { meter: null, period: '-1h', top: '' })).toBe(
      '?period=-1h&filter%5Bproject%5D=a',
    );
    expect(patched('?a=1', { a: null })).toBe('');
  });

  test.each(['acme', 'team/a', '100%', 'a b+c', 'café', '?x=1#y'])('bring the account %s there and back', (account) => {
    const href = hrefOf(['accounts', account], { time_zone: 'UTC' });

    expect(segmentsOf(new URL(href, 'http://x').pathname)).toEqual(['accounts', account]);
  });

  test('say where an encoding is none', () => {
    expect(segmentsOf('/console/accounts/%zz')).toBeNull();
    expect(segmentsOf('/console/')).toEqual([]);
  });
});
