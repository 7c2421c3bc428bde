import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { Page } from '../page.js';
import { type NumberField as Field, NUMBER_FIELDS, RULES, type Rule } from '../words/settings.js';

/** The id of the line that says what is wrong with a field. */
export const problemId = (field: Field): string => `problem-${field}`;

/** A number with its name over it. Its problem stands under all fields, where there is room for a sentence. */
export function NumberField(props: {
  readonly rule: Rule;
  readonly value: string;
  readonly testid: string;
  /** The id of the line that says what is wrong; null when nothing is. */
  readonly wrong: string | null;
  readonly placeholder?: string | undefined;
  readonly disabled?: boolean;
  readonly onInput: (text: string) => void;
}): JSX.Element {
  const { rule, wrong } = props;
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{rule.name}</label>
      <input
        id={id}
        class="input"
        type="number"
        inputMode={rule.fractions === true ? 'decimal' : 'numeric'}
        min={rule.min}
        max={rule.max}
        step={rule.fractions === true ? 'any' : 1}
        title={rule.help}
        value={props.value}
        placeholder={props.placeholder}
        disabled={props.disabled ?? false}
        data-testid={props.testid}
        aria-invalid={wrong === null ? 'false' : 'true'}
        aria-describedby={wrong ?? undefined}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
    </div>
  );
}

/** One number of the picture's draft. */
export function NumberInput(props: {
  readonly page: Page;
  readonly field: Field;
  readonly placeholder?: string;
}): JSX.Element {
  const { page, field } = props;
  return (
    <NumberField
      rule={RULES[field]}
      value={page.draft.value[field]}
      testid={field}
      wrong={page.problems.value[field] === undefined ? null : problemId(field)}
      placeholder={props.placeholder}
      onInput={(text) => page.edit({ [field]: text })}
    />
  );
}

/** What is wrong with the fields, a line each. */
export function FieldProblems(props: { readonly page: Page }): JSX.Element | null {
  const problems = NUMBER_FIELDS.filter((field) => props.page.problems.value[field] !== undefined);
  if (problems.length === 0) return null;
  return (
    <ul class="field-problems small bad">
      {problems.map((field) => (
        <li key={field} id={problemId(field)} data-testid={problemId(field)}>
          {props.page.problems.value[field]}
        </li>
      ))}
    </ul>
  );
}
