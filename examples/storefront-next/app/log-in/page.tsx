import type { Metadata } from 'next';
import { LogInForm } from './log-in-form';

export const metadata: Metadata = { title: 'Log in' };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function LogInPage({ searchParams }: Props) {
  const { ended, late } = await searchParams;
  return (
    <>
      <h1>Log in</h1>
      {ended !== undefined && (
        <p className="notice" role="status">
          Your session has ended. Please log in again.
        </p>
      )}
      {late !== undefined && (
        <p className="notice" role="status">
          That took too long. Please log in again.
        </p>
      )}
      <LogInForm />
    </>
  );
}
