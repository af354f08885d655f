import { ActionIcon, Button, Group, Popover, Select, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { type Filter, type FilterOperator, filtersIn, parameterOf } from '../api/query.ts';
import { presets, type Range, rangeIn, rangeQuery } from '../lib/range.ts';
import { instantOf, inZone, isZone } from '../lib/time.ts';
import { useParams, useZone } from '../lib/url.ts';
import { Icon } from './Icon.tsx';

const CUSTOM = 'custom';

/** The span of time of the address. */
export function useRange(otherwise: string): Range {
  const [params] = useParams();
  return rangeIn(params, otherwise);
}

/** Chooses a span of time, with days and months of the zone. */
export function RangePicker({ otherwise, allTime = false }: { otherwise: string; allTime?: boolean }) {
  const [params, change] = useParams();
  const [zone] = useZone();
  const [editing, setEditing] = useState(false);
  const range = rangeIn(params, otherwise);
  const offered = [...(allTime ? [{ label: 'All time', period: '' }] : []), ...presets(Date.now(), zone)];
  const period = 'period' in range ? range.period : CUSTOM;
  const named = offered.some((preset) => preset.period === period) || period === CUSTOM;
  const data = [
    ...offered.map((preset) => ({ value: preset.period, label: preset.label })),
    ...(named ? [] : [{ value: period, label: period }]),
    { value: CUSTOM, label: 'Custom …' },
  ];
  const custom = editing || period === CUSTOM;
  return (
    <Group gap={8} align="flex-end">
      <Select
        label="Time"
        data={data}
        value={custom ? CUSTOM : period}
        allowDeselect={false}
        onChange={(value) => {
          setEditing(value === CUSTOM);
          if (value !== CUSTOM) {
            change({ period: value === otherwise ? null : value, from: null, to: null });
          }
        }}
        w={150}
      />
      {custom && <CustomRange key={zone} range={range} zone={zone} />}
    </Group>
  );
}

function CustomRange({ range, zone }: { range: Range; zone: string }) {
  const [, change] = useParams();
  const shown = (time: string) => (time && isZone(zone) ? inZone(Date.parse(time), zone).slice(0, 16) : '');
  const [from, setFrom] = useState('period' in range ? '' : shown(range.from));
  const [to, setTo] = useState('period' in range ? '' : shown(range.to));
  const apply = (event: FormEvent) => {
    event.preventDefault();
    if (from !== '') {
      change({ period: null, from: instantOf(from, zone), to: to === '' ? null : instantOf(to, zone) });
    }
  };
  return (
    <form onSubmit={apply}>
      <Group gap={8} align="flex-end">
        <TextInput type="datetime-local" label="From" value={from} onChange={(e) => setFrom(e.currentTarget.value)} />
        <TextInput type="datetime-local" label="Before" value={to} onChange={(e) => setTo(e.currentTarget.value)} />
        <Button type="submit" variant="default" disabled={from === ''}>
          Apply
        </Button>
      </Group>
    </form>
  );
}

const OPERATORS: { value: FilterOperator; label: string }[] = [
  { value: 'in', label: 'is one of' },
  { value: 'neq', label: 'is none of' },
  { value: 'prefix', label: 'begins with' },
];

/** The filters of the address. */
export function useFilters(): Filter[] {
  const [params] = useParams();
  return filtersIn(params);
}

/** The filters that are set, and a way to set another one. */
export function Filters({ dimensions }: { dimensions: readonly string[] }) {
  const [, change] = useParams();
  const [open, setOpen] = useState(false);
  const filters = useFilters();
  return (
    <Group gap={6}>
      {filters.map((filter) => (
        <span className="chip" key={parameterOf(filter)}>
          <span>
            <span className="quiet">
              {filter.dimension} {OPERATORS.find(({ value }) => value === filter.operator)?.label}
            </span>{' '}
            {filter.value}
          </span>
          <ActionIcon
            variant="transparent"
            color="gray"
            size="xs"
            aria-label={`Remove the filter of ${filter.dimension}`}
            onClick={() => change({ [parameterOf(filter)]: null })}
          >
            <Icon name="cross" size={12} />
          </ActionIcon>
        </span>
      ))}
      <Popover opened={open} onChange={setOpen} position="bottom-start" trapFocus returnFocus withArrow>
        <Popover.Target>
          <Button
            variant="default"
            size="compact-sm"
            leftSection={<Icon name="plus" size={14} />}
            onClick={() => setOpen(!open)}
          >
            Filter
          </Button>
        </Popover.Target>
        <Popover.Dropdown aria-label="A filter">
          <NewFilter
            dimensions={dimensions}
            add={(filter) => {
              change({ [parameterOf(filter)]: filter.value });
              setOpen(false);
            }}
          />
        </Popover.Dropdown>
      </Popover>
      {filters.length > 1 && (
        <Button
          variant="subtle"
          size="compact-sm"
          color="gray"
          onClick={() => change(Object.fromEntries(filters.map((filter) => [parameterOf(filter), null])))}
        >
          Clear all
        </Button>
      )}
    </Group>
  );
}

function NewFilter({ dimensions, add }: { dimensions: readonly string[]; add: (filter: Filter) => void }) {
  const [dimension, setDimension] = useState(dimensions[0] ?? '');
  const [operator, setOperator] = useState<FilterOperator>('in');
  const [value, setValue] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (dimension !== '' && value.trim() !== '') {
      add({ dimension, operator, value: value.trim() });
    }
  };
  return (
    <form onSubmit={submit}>
      <Select
        label="Of"
        data={[...dimensions]}
        value={dimension}
        allowDeselect={false}
        onChange={(chosen) => setDimension(chosen ?? '')}
        comboboxProps={{ withinPortal: false }}
      />
      <Select
        label="Which"
        mt={8}
        data={OPERATORS}
        value={operator}
        allowDeselect={false}
        onChange={(chosen) => setOperator((chosen ?? 'in') as FilterOperator)}
        comboboxProps={{ withinPortal: false }}
      />
      <TextInput
        label="Value"
        description="Several are separated by commas."
        mt={8}
        value={value}
        onChange={(event) => setValue(event.currentTarget.value)}
      />
      <Button type="submit" mt={12} fullWidth disabled={value.trim() === ''}>
        Add
      </Button>
    </form>
  );
}

export { rangeQuery };
