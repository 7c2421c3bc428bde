/** The page's colours for a canvas, which knows no custom properties. */
export interface ChartColours {
  readonly ink: string;
  readonly soft: string;
  readonly line: string;
  readonly surface: string;
  /** What was learned. */
  readonly learned: string;
  readonly learnedWash: string;
}

const TOKENS: Readonly<Record<keyof ChartColours, string>> = {
  ink: 'var(--ink)',
  soft: 'var(--ink-soft)',
  line: 'var(--hairline)',
  surface: 'var(--surface-raised)',
  learned: 'var(--accent)',
  learnedWash: 'color-mix(in srgb, var(--accent) 60%, transparent)',
};

/** Reads them as they are now, under the scheme that `host` shows. */
export function readColours(host: Element): ChartColours {
  const probe = document.createElement('span');
  probe.hidden = true;
  host.append(probe);
  const read = (token: keyof ChartColours) => {
    probe.style.color = TOKENS[token];
    return getComputedStyle(probe).color;
  };
  const colours: ChartColours = {
    ink: read('ink'),
    soft: read('soft'),
    line: read('line'),
    surface: read('surface'),
    learned: read('learned'),
    learnedWash: read('learnedWash'),
  };
  probe.remove();
  return colours;
}

/** Calls back when the page's scheme may have changed: the system's, or `<html data-theme>`. Returns the end of it. */
export function onSchemeChange(changed: () => void): () => void {
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const observer = new MutationObserver(changed);
  dark.addEventListener('change', changed);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => {
    dark.removeEventListener('change', changed);
    observer.disconnect();
  };
}
