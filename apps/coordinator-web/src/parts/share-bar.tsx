import { percentOf } from '../words/format.js';

/** How far something is. @param labelledBy id of what names it */
export function ShareBar(props: { readonly share: number; readonly labelledBy: string; readonly testid?: string }) {
  return (
    <div
      class="bar"
      role="progressbar"
      aria-labelledby={props.labelledBy}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percentOf(props.share)}
      data-testid={props.testid}
    >
      <div class="bar-fill" style={{ '--share': String(props.share) }} />
    </div>
  );
}
