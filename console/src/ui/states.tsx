import { Button, Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ApiError } from '../api/client.ts';
import { Icon, type IconName } from './Icon.tsx';

/** What stands in the place of rows that are on their way. */
export function Loading({ rows }: { rows: number }) {
  return (
    <div role="status" className="panel-body">
      <span className="visually-hidden">Loading</span>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={14} my={12} width={`${92 - ((row * 17) % 40)}%`} />
      ))}
    </div>
  );
}

/** A question that has been answered, with nothing. */
export function Empty({ title, hint, icon = 'empty' }: { title: string; hint?: ReactNode; icon?: IconName }) {
  return (
    <div className="state">
      <Icon name={icon} size={28} />
      <h2>{title}</h2>
      {hint !== undefined && <p>{hint}</p>}
    </div>
  );
}

/** A problem as the API told it: what, why, what each parameter may be, and under which id the log has it. */
export function ProblemState({ error, retry }: { error: ApiError; retry?: () => void }) {
  const { problem } = error;
  const forbidden = problem.status === 403;
  return (
    <div className="state" role="alert">
      <Icon name={forbidden ? 'lock' : 'warning'} size={28} />
      <h2>{problem.title}</h2>
      <p>{problem.detail}</p>
      {problem.problems && (
        <ul>
          {problem.problems.map((one) => (
            <li key={one.parameter + one.detail}>
              <code className="mono">{one.parameter}</code>
              {one.value !== undefined && (
                <>
                  {' '}
                  was <code className="mono">{one.value}</code>
                </>
              )}
              : must be {one.allowed}
            </li>
          ))}
        </ul>
      )}
      {forbidden && <p>Sign in with a token that is for all accounts to see this.</p>}
      {retry && !forbidden && (
        <Button variant="default" size="xs" mt={6} onClick={retry}>
          Try again
        </Button>
      )}
      {problem.request_id !== '' && (
        <p>
          Request <code className="mono">{problem.request_id}</code>
        </p>
      )}
    </div>
  );
}
