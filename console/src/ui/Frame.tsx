import {
  ActionIcon,
  AppShell,
  Burger,
  Group,
  ScrollArea,
  Select,
  Tooltip,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { signOut } from '../api/session.ts';
import { useSegments, useZone } from '../lib/url.ts';
import { To } from './bits.tsx';
import { Icon, type IconName } from './Icon.tsx';

const PAGES: readonly { group: string; pages: readonly [string, string, IconName][] }[] = [
  {
    group: 'Usage',
    pages: [
      ['', 'Overview', 'overview'],
      ['usage', 'Usage explorer', 'usage'],
      ['accounts', 'Accounts', 'accounts'],
      ['limit-events', 'Limit events', 'block'],
      ['events', 'Request events', 'events'],
    ],
  },
  {
    group: 'Operation',
    pages: [
      ['plans', 'Plans', 'plans'],
      ['dead-letters', 'Dead letters', 'letters'],
      ['freshness', 'Freshness', 'clock'],
    ],
  },
];

interface FrameProps {
  live: boolean;
  setLive: (live: boolean) => void;
  children: ReactNode;
}

export function Frame({ live, setLive, children }: FrameProps) {
  const [open, { toggle, close }] = useDisclosure();
  const segments = useSegments();
  const current = segments?.[0] ?? '';
  // biome-ignore lint/correctness/useExhaustiveDependencies: the menu closes when another page is shown.
  useEffect(close, [segments]);
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 212, breakpoint: 'sm', collapsed: { mobile: !open } }}
      padding="md"
    >
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" gap="xs" wrap="nowrap">
          <Burger opened={open} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Menu" aria-expanded={open} />
          <To to={[]} className="brand">
            <img src="/console/tollgate.svg" width={24} height={24} alt="" />
            <span>Tollgate</span>
          </To>
          <Group ml="auto" gap={6} wrap="nowrap">
            <ZonePicker />
            <Tooltip label={live ? 'Asks again every 10 s. Pause' : 'Ask again every 10 s'}>
              <ActionIcon
                variant={live ? 'filled' : 'default'}
                size="lg"
                aria-label="Live updates"
                aria-pressed={live}
                onClick={() => setLive(!live)}
              >
                <Icon name={live ? 'pause' : 'play'} />
              </ActionIcon>
            </Tooltip>
            <SchemeButton />
            <Tooltip label="Sign out">
              <ActionIcon variant="default" size="lg" aria-label="Sign out" onClick={() => signOut()}>
                <Icon name="leave" />
              </ActionIcon>
            </Tooltip>
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Pages">
        <ScrollArea>
          {PAGES.map(({ group, pages }) => (
            <div key={group}>
              <div className="nav-group">{group}</div>
              {pages.map(([segment, title, icon]) => (
                <NavLink key={segment} segment={segment} current={segment === current}>
                  <Icon name={icon} />
                  {title}
                </NavLink>
              ))}
            </div>
          ))}
        </ScrollArea>
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <div className="content">{children}</div>
      </AppShell.Main>
    </AppShell>
  );
}

function NavLink({ segment, current, children }: { segment: string; current: boolean; children: ReactNode }) {
  return (
    <To to={segment === '' ? [] : [segment]} className="nav-link" {...(current ? { current: true } : {})}>
      {children}
    </To>
  );
}

function ZonePicker() {
  const [zone, choose] = useZone();
  const [searched, setSearched] = useState(zone);
  const zones = useMemo(() => [...new Set(['UTC', zone, ...Intl.supportedValuesOf('timeZone')])], [zone]);
  useEffect(() => setSearched(zone), [zone]);
  return (
    <Select
      aria-label="Time zone"
      data={zones}
      value={zone}
      searchable
      limit={60}
      searchValue={searched}
      onSearchChange={setSearched}
      onChange={(value) => value && choose(value)}
      allowDeselect={false}
      nothingFoundMessage="No such zone"
      leftSection={<Icon name="clock" />}
      w={{ base: 140, xs: 200 }}
      comboboxProps={{ width: 240, position: 'bottom-end' }}
    />
  );
}

function SchemeButton() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const other = scheme === 'dark' ? 'light' : 'dark';
  return (
    <Tooltip label={`Use the ${other} theme`}>
      <ActionIcon
        variant="default"
        size="lg"
        aria-label={`Use the ${other} theme`}
        onClick={() => setColorScheme(other)}
      >
        <Icon name={other === 'dark' ? 'moon' : 'sun'} />
      </ActionIcon>
    </Tooltip>
  );
}
