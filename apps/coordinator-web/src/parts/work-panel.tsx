import type { JobView } from '@tabgrid/coordinator/api';
import type { JSX } from 'preact';
import { isActive } from '../words/eta.js';
import { workWords } from '../words/work.js';

/** How it goes: one line, what it is made of behind it, and in the open what was found wrong. */
export function WorkPanel(props: { readonly job: JobView }): JSX.Element | null {
  const { job } = props;
  const words = workWords(job);
  if (words === null) return null;
  const active = isActive(job);
  const heading = active ? 'How it goes' : 'How it went';
  return (
    <div class="work small" data-testid="work">
      {words.wrong === null ? null : (
        <p class={`notice ${active ? 'notice-warn' : ''}`} data-testid="work-wrong">
          {words.wrong}
        </p>
      )}
      {words.lines.length === 0 ? (
        <p class="soft">
          {heading}: {words.summary}
        </p>
      ) : (
        <details>
          <summary>
            <span class="soft" data-testid="work-summary">
              {heading}: {words.summary}
            </span>
          </summary>
          <dl class="work-lines">
            {words.lines.map(({ of, count, name, why }) => (
              <div key={of} data-testid={`work-${of}`}>
                <dt>
                  <span class="figures">{count}</span> {name}
                </dt>
                <dd class="soft">{why}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </div>
  );
}
