import { createLender } from './lender.js';
import type { FrameState } from './messages.js';
import { STYLE } from './style.js';

/** Share of GPU time that the badge lends: a guest on somebody else's page asks for less than a page of its own. */
const INTENSITY = 0.3;

export interface BadgeOptions {
  /** The grid's origin. */
  readonly grid: string;
  /** null: the public pool. */
  readonly room: string | null;
  /** The site's markup names a room that cannot be one. */
  readonly broken: boolean;
  readonly corner: string | undefined;
}

/**
 * Puts the badge on the page. @returns what takes it off again, ending the lending.
 *
 * It shows one of three: the question (a pill), the consent (a card), the lending (a pill with its state and a stop).
 */
export function mountBadge({ grid, room, broken, corner }: BadgeOptions): () => void {
  const host = document.createElement('tabgrid-badge');
  if (corner !== undefined) host.dataset['corner'] = corner;
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];

  const ask = element('button', { className: 'box pill', type: 'button' }, [lamp(false), 'Lend your GPU?']);
  ask.dataset['testid'] = 'badge-ask';
  ask.setAttribute('aria-expanded', 'false');

  const relay = element('input', { type: 'checkbox' });
  relay.dataset['testid'] = 'badge-relay-only';
  const yes = element('button', { className: 'act yes', type: 'button', textContent: 'Yes, lend it' });
  yes.dataset['testid'] = 'badge-yes';
  const no = element('button', { className: 'act', type: 'button', textContent: 'No, thanks' });
  no.dataset['testid'] = 'badge-no';
  const title = element('h2', { id: 'title', textContent: 'Lend your GPU while you are here?' });
  const consent = element('div', { className: 'box card', hidden: true, tabIndex: -1 }, [
    title,
    element('p', {}, [
      'This site asks for a share of your graphics chip, for jobs of the tabgrid at ',
      element('a', {
        href: `${grid}/peer/`,
        textContent: new URL(grid).host,
        target: '_blank',
        rel: 'noopener noreferrer',
      }),
      '.',
    ]),
    element('ul', {}, [
      element('li', {
        textContent:
          'Only the grid’s own programs run, in a closed-off frame. They cannot reach this page, your files or your other tabs.',
      }),
      element('li', {
        textContent:
          'Strangers who own the jobs can see your GPU’s model and, unless you choose relay only, your internet (IP) address.',
      }),
      element('li', {
        textContent: 'It uses up to 30 % of GPU time, some electricity and data, until you stop it or leave.',
      }),
    ]),
    element('label', {}, [relay, element('span', { textContent: 'Relay only: hide my address from the owners' })]),
    element('div', { className: 'row' }, [yes, no]),
  ]);
  consent.setAttribute('role', 'dialog');
  consent.setAttribute('aria-labelledby', 'title');

  const light = lamp(true);
  const words = element('span', { textContent: 'Starting' });
  words.setAttribute('role', 'status');
  words.dataset['testid'] = 'badge-status';
  const stop = element('button', { className: 'act small', type: 'button', textContent: 'Stop' });
  stop.dataset['testid'] = 'badge-stop';
  stop.setAttribute('aria-label', 'Stop lending the GPU');
  const running = element('div', { className: 'box pill', hidden: true }, [light, words, stop]);

  root.append(ask, consent, running);

  const show = (shown: HTMLElement) => {
    for (const part of [ask, consent, running]) part.hidden = part !== shown;
  };

  const lender = createLender({
    grid,
    room,
    intensity: INTENSITY,
    relayOnly: () => relay.checked,
    host: root,
    onState(state, text, tiles) {
      light.className = state === 'working' ? 'lamp on' : 'lamp';
      words.className = state === 'failed' ? 'bad' : '';
      words.dataset['state'] = state;
      words.title = text;
      const said = state === 'failed' ? text : LABELS[state](tiles);
      // The region is read out on every change of text: only change it when there is one.
      if (words.textContent !== said) words.textContent = said;
      stop.textContent = state === 'failed' ? 'Close' : 'Stop';
    },
  });

  const open = () => {
    show(consent);
    ask.setAttribute('aria-expanded', 'true');
    consent.focus();
  };
  const close = () => {
    show(ask);
    ask.setAttribute('aria-expanded', 'false');
    ask.focus();
  };
  ask.addEventListener('click', open);
  // Until the next page: nothing is stored about somebody who said no.
  no.addEventListener('click', () => host.remove());
  consent.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close();
  });
  yes.addEventListener('click', (event) => {
    // A script's click is no visitor's yes.
    if (!event.isTrusted) return;
    show(running);
    stop.focus();
    if (broken) {
      words.className = 'bad';
      words.textContent = 'This site names a room that cannot exist.';
      light.className = 'lamp';
    } else {
      lender.start();
    }
  });
  stop.addEventListener('click', () => {
    lender.stop();
    close();
  });

  document.body.append(host);
  return () => {
    lender.stop();
    host.remove();
  };
}

const tilesGiven = (tiles: number) => (tiles === 0 ? '' : ` · ${tiles} ${tiles === 1 ? 'tile' : 'tiles'} given`);

const LABELS: Record<Exclude<FrameState, 'failed'>, (tiles: number) => string> = {
  starting: () => 'Starting',
  waiting: (tiles) => `Waiting for work${tilesGiven(tiles)}`,
  working: (tiles) => `Lending your GPU${tilesGiven(tiles)}`,
  paused: (tiles) => `Paused${tilesGiven(tiles)}`,
  stopped: (tiles) => `Stopped${tilesGiven(tiles)}`,
};

function lamp(on: boolean): HTMLElement {
  const dot = element('span', { className: on ? 'lamp on' : 'lamp' });
  dot.setAttribute('aria-hidden', 'true');
  return dot;
}

/** An element with properties and children, without markup to parse. */
function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]>,
  children: readonly (Node | string)[] = [],
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}
