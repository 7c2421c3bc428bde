import type { LampState } from '@tabgrid/ui/components/controls';
import type { VolunteerStatus } from '@tabgrid/volunteer/api';

/** A status in words. `state` is stable, for tests and styles; `headline` changes rarely enough to be read out. */
export interface StatusWords {
  readonly state:
    | 'idle'
    | 'starting'
    | 'connecting'
    | 'waiting'
    | 'ready'
    | 'working'
    | 'reconnecting'
    | 'paused'
    | 'failed';
  readonly lamp: LampState;
  readonly headline: string;
  readonly detail: string;
}

/** What a volunteer's status means for the person in front of it. */
export function statusWords(status: VolunteerStatus): StatusWords {
  switch (status.kind) {
    case 'idle':
      return { state: 'idle', lamp: 'off', headline: 'Nothing is running', detail: 'Nothing is connected either.' };
    case 'starting':
      return { state: 'starting', lamp: 'wait', headline: 'Looking for your GPU', detail: 'This takes a moment.' };
    case 'failed':
      return { state: 'failed', lamp: 'bad', headline: 'This did not work', detail: status.message };
    case 'paused':
      return {
        state: 'paused',
        lamp: 'off',
        headline: status.why === 'battery' ? 'Paused: running on battery' : 'Paused',
        detail:
          status.why === 'battery'
            ? 'It goes on by itself when the charger is back.'
            : 'Connected, but nothing runs until you resume.',
      };
    case 'running':
      return runningWords(status);
  }
}

function runningWords({ source, now }: Extract<VolunteerStatus, { kind: 'running' }>): StatusWords {
  if (source.kind === 'retrying') {
    return {
      state: 'reconnecting',
      lamp: 'wait',
      headline: 'Reconnecting',
      detail: `${sentence(source.why)} Next try in ${Math.max(1, Math.round(source.inMs / 1000))} s. Finished work is kept.`,
    };
  }
  if (now !== null) {
    return {
      state: 'working',
      lamp: 'on',
      headline: 'Computing',
      detail: 'Your GPU is working. Stop it whenever you like.',
    };
  }
  switch (source.kind) {
    case 'connecting':
      return { state: 'connecting', lamp: 'wait', headline: 'Connecting', detail: 'Finding a way to the job’s owner.' };
    case 'waiting':
      return { state: 'waiting', lamp: 'wait', headline: 'Waiting', detail: sentence(source.why) };
    case 'linked':
      return {
        state: 'ready',
        lamp: 'wait',
        headline: 'Ready for work',
        detail: 'Connected. A task starts as soon as there is one.',
      };
    case 'failed':
      return { state: 'failed', lamp: 'bad', headline: 'This did not work', detail: sentence(source.why) };
  }
}

/** Words from below, as a sentence. */
function sentence(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return '';
  const first = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?…]$/.test(first) ? first : `${first}.`;
}
