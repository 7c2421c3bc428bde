/**
 * The badge's own styles, for a constructed sheet in its shadow root: neither the site's styles nor its
 * Content-Security-Policy reach them. Colours are those of the grid's pages, AA in both schemes.
 */
export const STYLE = `
:host {
  all: initial;
  position: fixed;
  z-index: 2147483000;
  right: max(16px, env(safe-area-inset-right));
  bottom: max(16px, env(safe-area-inset-bottom));
  --surface: #ffffff; --well: #e6ebe9; --ink: #13201f; --soft: #445553; --line: #6f817e; --hair: #c9d3d0;
  --accent: #0c5b62; --accent-ink: #ffffff; --bad: #a1261c; --lamp: #e39a00; --focus: #0b57d0;
  color-scheme: light;
  font: 15px/1.5 "Segoe UI", system-ui, -apple-system, sans-serif;
  color: var(--ink);
}
:host([data-corner$="left"]) { right: auto; left: max(16px, env(safe-area-inset-left)); }
:host([data-corner^="top"]) { bottom: auto; top: max(16px, env(safe-area-inset-top)); }
@media (prefers-color-scheme: dark) {
  :host {
    --surface: #1e2928; --well: #0e1514; --ink: #e7eeec; --soft: #a3b4b1; --line: #7d918d; --hair: #3a4a48;
    --accent: #7cd3cb; --accent-ink: #08201f; --bad: #ff9c8f; --lamp: #ffc145; --focus: #9cc3ff;
    color-scheme: dark;
  }
}
* { box-sizing: border-box; margin: 0; font: inherit; color: inherit; }
[hidden] { display: none !important; }
.box { background: var(--surface); border: 1px solid var(--hair); box-shadow: 0 6px 24px rgb(0 0 0 / 0.22); }
.pill { display: flex; align-items: center; gap: 10px; min-height: 44px; padding: 4px 16px; border-radius: 22px; }
button { cursor: pointer; }
button.pill { font-weight: 600; }
.card { width: min(340px, calc(100vw - 32px)); max-height: calc(100vh - 32px); overflow: auto; padding: 18px; border-radius: 12px; }
.card > * + * { margin-top: 12px; }
h2 { font-size: 18px; font-weight: 700; line-height: 1.25; }
ul { padding-left: 18px; }
li + li { margin-top: 6px; }
a { color: var(--accent); }
label { display: flex; gap: 10px; align-items: flex-start; cursor: pointer; }
input { flex: none; width: 18px; height: 18px; margin-top: 2px; accent-color: var(--accent); }
.row { display: flex; flex-wrap: wrap; gap: 10px; }
.act { min-height: 44px; padding: 6px 14px; border: 1px solid var(--line); border-radius: 6px; background: transparent; font-weight: 600; }
.yes { flex: 1 1 auto; background: var(--accent); border-color: var(--accent); color: var(--accent-ink); }
.small { min-height: 34px; padding: 3px 12px; margin-right: -8px; }
.soft { color: var(--soft); font-size: 13px; }
.bad { color: var(--bad); }
.lamp { flex: none; width: 12px; height: 12px; border: 2px solid var(--line); border-radius: 50%; }
.on { background: var(--lamp); border-color: var(--lamp); }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
.frame { position: absolute; width: 1px; height: 1px; border: 0; opacity: 0; pointer-events: none; }
`;
