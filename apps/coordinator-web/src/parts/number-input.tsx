import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { Page } from '../page.js';
import { NUMBER_FIELDS, type NumberField, RULES } from '../words/settings.js';

/** The id of the line that says what is wrong with a field. */
export const problemId = (field: NumberField): string => `problem-${field}`;

/** One number of the draft. Its problem stands under all fields, where there is room for a sentence. */
export function NumberInput(props: {
  readonly page: Page;
  readonly field: NumberField;
  readonly placeholder?: string;
}): JSX.Element {
  const { page, field } = props;
  const id = useId();
  const rule = RULES[field];
  const wrong = page.problems.value[field] !== undefined;
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
        value={page.draft.value[field]}
        placeholder={props.placeholder}
        data-testid={field}
        aria-invalid={wrong ? 'true' : 'false'}
        aria-describedby={wrong ? problemId(field) : undefined}
        onInput={(event) => page.edit({ [field]: event.currentTarget.value })}
      />
    </div>
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
