import type { JobView } from '@tabgrid/coordinator/api';
import type { JSX } from 'preact';
import type { Page } from '../page.js';
import { FORM_WORDS, stageSentence } from '../words/denoise.js';

/** Which form of a denoised picture is shown and saved; how far it is before there is one. Nothing where none is wanted. */
export function PictureFormChoice(props: { readonly page: Page; readonly job: JobView }): JSX.Element | null {
  const { page, job } = props;
  if (job.denoise === null) return null;
  const sentence = stageSentence(job);
  if (sentence !== null) {
    return (
      <p class="small soft" data-testid="denoise-state" data-state={job.denoise.state}>
        {sentence}
      </p>
    );
  }
  return (
    <fieldset class="picture-form row small" data-testid="picture-form" data-form={page.form.value}>
      <legend class="visually-hidden">Which picture is shown and saved</legend>
      {FORM_WORDS.map(({ form, label }) => (
        <label key={form}>
          <input
            type="radio"
            name="picture-form"
            data-testid={`form-${form}`}
            checked={page.form.value === form}
            onChange={() => page.setForm(form)}
          />{' '}
          {label}
        </label>
      ))}
    </fieldset>
  );
}
