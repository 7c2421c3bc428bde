import { Wordmark } from '@tabgrid/ui/components/mark';
import type { JSX } from 'preact';

/** Shown instead of everything else where the browser withholds WebGPU and WebCrypto from the page. */
export function Insecure(props: { readonly address: string }): JSX.Element {
  return (
    <main class="page-narrow stack insecure" data-testid="insecure">
      <Wordmark />
      <h1>This address is not secure enough</h1>
      <p>
        Browsers give WebGPU and encryption only to pages that come over HTTPS, or from this very computer. This page
        came from <code>{props.address}</code>, so it cannot run a grid here.
      </p>
      <h2>What to do</h2>
      <ul>
        <li>
          On the computer that runs the server, open <code>http://localhost</code> with the same port.
        </li>
        <li>
          From other devices, start the server with <code>npm start -- --host 0.0.0.0 --https</code> and open the{' '}
          <code>https://</code> address that it prints. The certificate is its own: the browser asks once whether you
          trust it.
        </li>
        <li>
          For good, put it behind a web server that has a certificate, and say so with{' '}
          <code>--public-url https://…</code>
        </li>
      </ul>
    </main>
  );
}
