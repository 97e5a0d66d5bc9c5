import type { Metadata } from 'next';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { getSession } from '../account';
import { logOut } from './log-out';
import './globals.css';

export const metadata: Metadata = {
  title: { default: 'Corner Shop', template: '%s · Corner Shop' },
  description: 'An example of a storefront that logs customers in at Okta.',
};

export default async function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <a className="skip" href="#content">
          Skip to the content
        </a>
        <header>
          <Link className="brand" href="/">
            Corner Shop
          </Link>
          <nav aria-label="Account">
            <AccountLinks />
          </nav>
        </header>
        <main id="content">{children}</main>
        <footer>An example of okta-account-client. Nothing here is for sale.</footer>
      </body>
    </html>
  );
}

async function AccountLinks() {
  const { state } = await getSession();
  if (state === 'signedOut') return <Link href="/log-in">Log in</Link>;
  return (
    <>
      <Link href="/account">Account</Link>
      {/* Never a link: links are prefetched. */}
      <form action={logOut}>
        <button className="plain" type="submit">
          Log out
        </button>
      </form>
    </>
  );
}
