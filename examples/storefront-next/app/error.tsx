'use client';

export default function ErrorPage({ reset }: { reset: () => void }) {
  return (
    <>
      <h1>Something went wrong</h1>
      <p className="notice" role="alert">
        It is our fault, not yours.
      </p>
      <button type="button" onClick={reset}>
        Try again
      </button>
    </>
  );
}
