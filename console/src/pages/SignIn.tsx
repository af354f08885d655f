import { Alert, Button, PasswordInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ApiError, ask } from '../api/client.ts';
import { signIn, useWasRejected } from '../api/session.ts';

/** Asks for the token, and tries it before anything is shown. */
export function SignIn() {
  const rejected = useWasRejected();
  const [token, setToken] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const typed = token.trim();
    if (typed === '') {
      return;
    }
    setBusy(true);
    try {
      await ask(typed, '/v1/accounts', { limit: 1 });
      signIn(typed);
    } catch (e) {
      // With 503 the token may be right: the pages say that ClickHouse is away.
      if (e instanceof ApiError && e.status === 503) {
        signIn(typed);
      } else if (e instanceof ApiError) {
        setError(e);
      } else {
        throw e;
      }
    } finally {
      setBusy(false);
    }
  };
  return (
    <main className="sign-in">
      <form className="panel" onSubmit={submit}>
        <div className="brand">
          <img src="/console/tollgate.svg" width={32} height={32} alt="" />
          <h1 className="sign-in-title">Tollgate</h1>
        </div>
        <p className="quiet">
          The console shows what the query API answers. It needs a token of the API, of role reader or operator.
        </p>
        {rejected && !error && (
          <Alert color="orange" mb="md" title="Signed out">
            The API did not take the token any more. It has ended, or was taken out of the configuration.
          </Alert>
        )}
        <PasswordInput
          label="API token"
          description="Kept by this tab until it is closed, and never part of an address."
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
          error={error && `${error.problem.title}: ${error.problem.detail}`}
          autoComplete="off"
          autoFocus
          spellCheck={false}
        />
        <Button type="submit" fullWidth mt="md" loading={busy} disabled={token.trim() === ''}>
          Sign in
        </Button>
        <p className="quiet sign-in-hint">
          <code className="mono">tollgate api hash-token --new NAME</code> makes one;{' '}
          <code className="mono">tollgate up</code> prints one when it starts.
        </p>
      </form>
    </main>
  );
}
