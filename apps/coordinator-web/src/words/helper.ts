import type { VolunteerView } from '@tabgrid/volunteer/api';
import { gpuText } from './volunteers.js';

/** How this computer's own helper stands, in words for its switch. */
export interface HelperWords {
  /** What the switch shows: on only while it runs, or tries to. */
  readonly checked: boolean;
  readonly failed: boolean;
  readonly text: string;
}

/** @param wanted what the person asked for */
export function helperWords(helper: VolunteerView, wanted: boolean): HelperWords {
  const { status } = helper;
  if (status.kind === 'failed') {
    return { checked: false, failed: true, text: `${status.message} Other computers can still help.` };
  }
  if (!wanted) return { checked: false, failed: false, text: 'Only others render.' };
  const on = (text: string): HelperWords => ({ checked: true, failed: false, text });
  const gpu = helper.adapter === null ? '' : gpuText(helper);
  switch (status.kind) {
    case 'idle':
    case 'starting':
      return on('Starting…');
    case 'paused':
      return on(status.why === 'battery' ? 'Paused: this computer runs on battery.' : 'Paused.');
    case 'running':
      return on(gpu === '' ? 'Ready' : gpu);
  }
}
