import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { Page } from '../page.js';
import { VERIFICATIONS, verificationCaution, verificationHelp, verificationOf } from '../words/verification.js';

/** How the next render's results are checked, with a line on what that means. */
export function VerifyField(props: { readonly page: Page }): JSX.Element {
  const { page } = props;
  const id = useId();
  const { verify } = page.draft.value;
  const caution = verificationCaution(verify, page.view.value.open);
  return (
    <div class="field">
      <label for={id}>Checking of results</label>
      <select
        id={id}
        class="select"
        data-testid="verify"
        value={verify}
        aria-describedby={`${id}-help`}
        onChange={(event) => {
          const chosen = verificationOf(event.currentTarget.value);
          if (chosen !== null) page.edit({ verify: chosen });
        }}
      >
        {VERIFICATIONS.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
      <span class="hint" id={`${id}-help`} data-testid="verify-help">
        {verificationHelp(verify)}
      </span>
      {caution === null ? null : (
        <p class={`small notice verify-caution ${verify === 'none' ? 'notice-warn' : ''}`} data-testid="verify-caution">
          {caution}
        </p>
      )}
    </div>
  );
}
