import { Lamp } from '@tabgrid/ui/components/controls';
import type { JSX } from 'preact';
import type { Support } from '../support.js';

/** Why this browser cannot lend, and what to do about it. */
export function Blocked({ support }: { readonly support: Exclude<Support, { kind: 'ready' }> }): JSX.Element {
  return (
    <section class="card blocked stack" role="status" data-testid="status" data-state="unsupported">
      <div class="row">
        <Lamp state="bad" />
        <span class="label">Cannot lend yet</span>
      </div>
      {support.kind === 'insecure' ? <Insecure secureUrl={support.secureUrl} /> : <NoWebGpu {...support} />}
    </section>
  );
}

function Insecure({ secureUrl }: { readonly secureUrl: string }): JSX.Element {
  return (
    <>
      <h1 id="title">This address is not secure</h1>
      <p>
        The page came over plain <code>http://</code> from another computer. On such pages browsers switch WebGPU and
        cryptography off, so nothing can be lent here.
      </p>
      <h2>What to do</h2>
      <ol class="steps">
        <li>
          Try <a href={secureUrl}>the same page over https</a>.
        </li>
        <li>
          If that does not answer, ask the person who sent you the link to start the server with <code>--https</code>.
        </li>
        <li>
          On the computer that runs the server, <code>http://localhost</code> works too.
        </li>
      </ol>
    </>
  );
}

function NoWebGpu({ browser, steps }: { readonly browser: string; readonly steps: readonly string[] }): JSX.Element {
  return (
    <>
      <h1 id="title">{browser} has no WebGPU switched on</h1>
      <p>
        WebGPU is how a page may compute on the graphics chip. Without it there is nothing that this page could lend.
      </p>
      <h2>How to turn it on</h2>
      <ol class="steps">
        {steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
    </>
  );
}
