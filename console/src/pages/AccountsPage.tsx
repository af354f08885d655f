import { MultiSelect, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { usePages } from '../api/hooks.ts';
import { filtersOf } from '../api/query.ts';
import type { Account } from '../api/types.ts';
import { useParams, useZone } from '../lib/url.ts';
import { AccountsTable } from '../ui/AccountsTable.tsx';
import { More, PageHead } from '../ui/bits.tsx';
import { Filters, useFilters } from '../ui/FilterBar.tsx';
import { Icon } from '../ui/Icon.tsx';
import { Panel } from '../ui/Panel.tsx';

const STATES = ['blocked', 'warned', 'suspended', 'exempt', 'ok'];
const PREFIX = 'filter[account][prefix]';
const STATE = 'filter[state]';

/** All accounts, those closest to a limit first. */
export function AccountsPage() {
  const [zone] = useZone();
  const [params, change] = useParams();
  const filters = useFilters();
  const search = useDebouncedCallback((text: string) => change({ [PREFIX]: text }), 300);
  const question = { path: '/v1/accounts', query: { time_zone: zone, ...filtersOf(filters), limit: 50 } };
  const pages = usePages<Account>(question);
  return (
    <>
      <PageHead title="Accounts" />
      <div className="filter-bar">
        <TextInput
          label="Account begins with"
          leftSection={<Icon name="search" />}
          defaultValue={params.get(PREFIX) ?? ''}
          onChange={(event) => search(event.currentTarget.value.trim())}
          w={220}
        />
        <MultiSelect
          label="State"
          placeholder={params.get(STATE) ? '' : 'Any'}
          data={STATES}
          value={(params.get(STATE) ?? '').split(',').filter((state) => STATES.includes(state))}
          onChange={(states) => change({ [STATE]: states.join(',') })}
          clearable
          clearButtonProps={{ 'aria-label': 'Any state' }}
          miw={180}
        />
        <Filters dimensions={['plan', 'limit']} />
      </div>
      <Panel
        title="Closest to a limit first"
        question={question}
        file="tollgate-accounts"
        freshness={pages.first}
        zone={zone}
      >
        <AccountsTable
          label="Accounts, closest to a limit first"
          rows={pages.items}
          error={pages.error}
          retry={pages.refetch}
          zone={zone}
        />
        <More pages={pages} />
      </Panel>
    </>
  );
}
