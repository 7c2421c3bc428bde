import type { JobView, PictureForm } from '@tabgrid/coordinator/api';
import { percentOf } from './format.js';

/** Words for the stage that takes the noise out of a picture. Pure. */

export const FORM_WORDS: readonly { readonly form: PictureForm; readonly label: string }[] = [
  { form: 'denoised', label: 'Denoised' },
  { form: 'rendered', label: 'As rendered' },
];

export const DENOISE_HINT =
  'Takes out the noise that is left when all samples are there. You can look at the picture with and without it.';

/** How far the stage is; null when the denoised picture is there. */
export function stageSentence({ denoise, state }: Pick<JobView, 'denoise' | 'state'>): string | null {
  switch (denoise?.state) {
    case 'waiting':
      return 'It is denoised when all samples are there.';
    case 'running':
      return state === 'paused'
        ? `Denoising is paused at ${percentOf(denoise.share)} %.`
        : `All samples are there; denoising: ${percentOf(denoise.share)} %.`;
    case 'failed':
      return 'Shown as rendered: it could not be denoised.';
    case 'gone':
      return state === 'done'
        ? 'Shown as rendered: the denoised picture is not kept. More samples denoise it anew.'
        : 'Shown as rendered.';
    default:
      return null;
  }
}
