import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';

/** Props that every control passes on to its native element: `data-testid`, `aria-describedby` and the like. */
type Native = { readonly 'data-testid'?: string | undefined; readonly disabled?: boolean };

/** A switch with its words beside it, and an optional line that explains what it does. */
export function Switch(
  props: Native & {
    readonly checked: boolean;
    readonly label: ComponentChildren;
    readonly hint?: ComponentChildren;
    readonly onChange: (checked: boolean) => void;
  },
): JSX.Element {
  const hintId = useId();
  return (
    <label class="switch">
      <input
        type="checkbox"
        role="switch"
        checked={props.checked}
        aria-checked={props.checked}
        disabled={props.disabled ?? false}
        data-testid={props['data-testid']}
        aria-describedby={props.hint === undefined ? undefined : hintId}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      <span>
        <span class="switch-label">{props.label}</span>
        {props.hint === undefined ? null : (
          <span class="small soft switch-hint" id={hintId}>
            {props.hint}
          </span>
        )}
      </span>
    </label>
  );
}

/** A slider over a scale of ticks, with its value read out in words. Calls back while it is dragged. */
export function Slider(
  props: Native & {
    readonly label: ComponentChildren;
    readonly value: number;
    readonly min: number;
    readonly max: number;
    readonly step: number;
    /** How the value is said and shown, such as `50 %`. */
    readonly format: (value: number) => string;
    /** Words or figures under the track, from left to right. */
    readonly scale?: readonly string[];
    readonly hint?: ComponentChildren;
    readonly onInput: (value: number) => void;
  },
): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <div class="row spread">
        <label class="field-name" for={id}>
          {props.label}
        </label>
        <output for={id} class="slider-value">
          {props.format(props.value)}
        </output>
      </div>
      <input
        id={id}
        type="range"
        class="slider"
        min={props.min}
        max={props.max}
        step={props.step}
        value={props.value}
        disabled={props.disabled ?? false}
        data-testid={props['data-testid']}
        aria-valuetext={props.format(props.value)}
        aria-describedby={props.hint === undefined ? undefined : `${id}-hint`}
        onInput={(event) => props.onInput(event.currentTarget.valueAsNumber)}
      />
      {props.scale === undefined ? null : (
        <div class="scale" aria-hidden="true">
          {props.scale.map((tick) => (
            <span key={tick}>{tick}</span>
          ))}
        </div>
      )}
      {props.hint === undefined ? null : (
        <span class="hint" id={`${id}-hint`}>
          {props.hint}
        </span>
      )}
    </div>
  );
}

/** `off`: nothing runs. `wait`: on, with nothing to do. `on`: working. `bad`: it needs a person. */
export type LampState = 'off' | 'wait' | 'on' | 'bad';

/** The lamp of an instrument: decoration only, the words beside it say the same. */
export function Lamp(props: { readonly state: LampState }): JSX.Element {
  return <span class={`lamp lamp-${props.state}`} aria-hidden="true" />;
}

/** Figures with their names, in cells; `unit` is set smaller. */
export function Readouts(props: {
  readonly items: readonly {
    readonly name: string;
    readonly value: string;
    readonly unit?: string;
    readonly testid?: string;
  }[];
}): JSX.Element {
  return (
    <dl class="readouts">
      {props.items.map((item) => (
        <div class="readout" key={item.name}>
          <dt>{item.name}</dt>
          <dd>
            <span data-testid={item.testid}>{item.value}</span>
            {item.unit === undefined ? null : <small> {item.unit}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
