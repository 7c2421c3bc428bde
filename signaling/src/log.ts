import { destination, type Logger, pino } from 'pino';

/** JSON lines on standard error, so that what is printed for people stays apart. */
export function createLogger(level: string): Logger {
  return pino({ level, base: null }, destination({ dest: 2, sync: true }));
}
