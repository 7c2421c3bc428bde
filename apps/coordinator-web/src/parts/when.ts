/** A day and a time of day, as past renders show them. */
export const WHEN = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });
