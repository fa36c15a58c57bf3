import { useMutation } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { useRouter } from 'next/router';
import { useEffect, useRef } from 'react';
import { begin } from '@/shared/api/access';
import { client } from '@/shared/api/client';
import { returnAddress } from '@/shared/session/returnTo';
import { Button } from '@/shared/ui/Button';
import { ErrorPanel } from '@/shared/ui/states';
import { NEXT } from './next';

/** What the browser keeps to itself between going to the provider and coming back. */
const SECRET = 'nanoos.oidc';

/** Sign in at the OpenID Connect provider of this instance. */
export function Elsewhere({ next }: { next: string | null }) {
  const { query } = useRouter();
  const leave = useMutation({
    mutationFn: async () => {
      const { data } = await client.POST('/api/auth/oidc/begin');
      if (!data) return;
      sessionStorage.setItem(SECRET, data.secret);
      sessionStorage.setItem(NEXT, returnAddress(next));
      location.assign(data.url);
    },
  });
  const { mutate, ...comeBack } = useMutation({
    mutationFn: async ({ code, state }: { code: string; state: string }) => {
      const secret = sessionStorage.getItem(SECRET) ?? '';
      sessionStorage.removeItem(SECRET);
      await begin('oidc/finish', { code, state, secret });
    },
  });
  const isBack = useRef(false);
  const { code, state } = query;
  useEffect(() => {
    // A code works once, and React runs effects twice while developing.
    if (typeof code !== 'string' || typeof state !== 'string' || isBack.current) return;
    isBack.current = true;
    mutate({ code, state });
  }, [code, state, mutate]);
  const error = comeBack.error ?? leave.error;
  return (
    <div className="mb-5 flex flex-col gap-4">
      <Button
        icon={KeyRound}
        busy={leave.isPending || comeBack.isPending}
        onClick={() => leave.mutate()}
        className="h-9"
      >
        Sign in with your organisation
      </Button>
      {error && (
        <div className="rounded-md bg-bad-soft">
          <ErrorPanel error={error} title="Not signed in" />
        </div>
      )}
      <div className="flex items-center gap-3 text-xs text-muted before:h-px before:grow before:bg-line after:h-px after:grow after:bg-line">
        or
      </div>
    </div>
  );
}
