/** What the grid can be asked for. */
export const JOB_KINDS = ['picture', 'physics'] as const;
export type JobKind = (typeof JOB_KINDS)[number];

export const JOB_KIND_WORDS: readonly { readonly kind: JobKind; readonly label: string; readonly about: string }[] = [
  { kind: 'picture', label: 'Picture', about: 'Path tracing' },
  { kind: 'physics', label: 'Physics', about: 'Rigid bodies' },
];
