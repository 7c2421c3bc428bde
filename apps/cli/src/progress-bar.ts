import type { WriteStream } from 'node:tty';

export interface ProgressBar {
  /** @param share 0 to 1 */
  show(share: number, text: string): void;
  end(): void;
}

const WIDTH = 24;

/** One line that is written over on a terminal; a line every tenth where output goes to a file. */
export function createProgressBar(out: Pick<WriteStream, 'write' | 'isTTY'>): ProgressBar {
  let lastTenth = -1;
  return {
    show(share, text) {
      const filled = Math.round(Math.min(1, Math.max(0, share)) * WIDTH);
      const line = `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${String(Math.floor(share * 100)).padStart(3)} %  ${text}`;
      if (out.isTTY) {
        out.write(`\r\x1b[2K${line}`);
        return;
      }
      const tenth = Math.floor(share * 10);
      if (tenth === lastTenth) return;
      lastTenth = tenth;
      out.write(`${line}\n`);
    },
    end() {
      if (out.isTTY) out.write('\n');
    },
  };
}
