import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { useToken } from './api/session.ts';
import { LiveContext } from './lib/live.ts';
import { useParams, useSegments, useZone } from './lib/url.ts';
import { AccountPage } from './pages/AccountPage.tsx';
import { AccountsPage } from './pages/AccountsPage.tsx';
import { DeadLettersPage } from './pages/DeadLettersPage.tsx';
import { EventsPage } from './pages/EventsPage.tsx';
import { FreshnessPage } from './pages/FreshnessPage.tsx';
import { LimitEventPage } from './pages/LimitEventPage.tsx';
import { LimitEventsPage } from './pages/LimitEventsPage.tsx';
import { PlansPage } from './pages/PlansPage.tsx';
import { SignIn } from './pages/SignIn.tsx';
import { PageHead } from './ui/bits.tsx';
import { Frame } from './ui/Frame.tsx';
import { Empty, Loading } from './ui/states.tsx';

// Both draw charts, which are half of what there is to load.
const OverviewPage = lazy(() => import('./pages/OverviewPage.tsx'));
const UsagePage = lazy(() => import('./pages/UsagePage.tsx'));

export function App() {
  const token = useToken();
  const [live, setLive] = useState(false);
  if (token === null) {
    return <SignIn />;
  }
  return (
    <LiveContext.Provider value={live}>
      <PermanentZone />
      <Frame live={live} setLive={setLive}>
        <Suspense fallback={<Loading rows={6} />}>
          <View />
        </Suspense>
      </Frame>
    </LiveContext.Provider>
  );
}

/** Writes the zone into an address that names none, so that whoever is sent it sees the same. */
function PermanentZone() {
  const [params, change] = useParams();
  const [zone] = useZone();
  const named = params.get('time_zone');
  useEffect(() => {
    if (named !== zone) {
      change({ time_zone: zone });
    }
  }, [named, zone, change]);
  return null;
}

function View(): ReactNode {
  const segments = useSegments();
  const [first, second, third] = segments ?? ['?'];
  useEffect(() => {
    document.title = `${second ?? first ?? 'Overview'} – Tollgate`;
  }, [first, second]);
  if (third === undefined) {
    switch (first) {
      case undefined:
        return <OverviewPage />;
      case 'usage':
        return second === undefined ? <UsagePage /> : <NotFound />;
      case 'accounts':
        return second === undefined ? <AccountsPage /> : <AccountPage key={second} account={second} />;
      case 'limit-events':
        return second === undefined ? <LimitEventsPage /> : <LimitEventPage key={second} id={second} />;
      case 'events':
        return second === undefined ? <EventsPage /> : <NotFound />;
      case 'plans':
        return <PlansPage plan={second} />;
      case 'dead-letters':
        return second === undefined ? <DeadLettersPage /> : <NotFound />;
      case 'freshness':
        return second === undefined ? <FreshnessPage /> : <NotFound />;
    }
  }
  return <NotFound />;
}

function NotFound() {
  return (
    <>
      <PageHead title="There is no such page" />
      <div className="panel">
        <Empty title="Nothing is here" hint="The address may be of another release. The menu has all pages." />
      </div>
    </>
  );
}
